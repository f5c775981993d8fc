// Preloaded into the program, makes its disk fail or kills it at a chosen call:
//   FLOWREEL_FAULT_UNDER  only calls on files under this folder count
//   FLOWREEL_FAULT_AT     the call that it happens at, from 1; 0: none
//   FLOWREEL_FAULT        an errno (28 is ENOSPC), or -1 kills before the call, -2 after it
//   FLOWREEL_FAULT_COUNT  a file that receives the count of calls when the program ends
//   FLOWREEL_FAULT_CRASH  a file whose name has this in it ends the program by SIGSEGV when it is
//                         created
#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

std::atomic<long> calls{0};

long number(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? 0 : std::atol(text);
}

bool is_under(const char* path) {
  const char* folder = std::getenv("FLOWREEL_FAULT_UNDER");
  return folder != nullptr && path != nullptr &&
         std::strncmp(path, folder, std::strlen(folder)) == 0;
}

std::string path_of(int fd) {
  char path[PATH_MAX] = {};
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  return ::readlink(link.c_str(), path, sizeof path - 1) > 0 ? path : "";
}

// Relative names count from the folder that the program runs in.
std::string absolute(const char* path) {
  char folder[PATH_MAX];
  if (path[0] == '/' || ::getcwd(folder, sizeof folder) == nullptr) return path;
  return std::string(folder) + "/" + path;
}

template <typename F>
F next(const char* name) {
  return reinterpret_cast<F>(::dlsym(RTLD_NEXT, name));
}

// Does the call, or what is to happen instead of it or behind it.
template <typename F>
auto guarded(bool counts, F call) -> decltype(call()) {
  if (!counts) return call();
  const long here = ++calls, at = number("FLOWREEL_FAULT_AT"), fault = number("FLOWREEL_FAULT");
  if (at == 0 || here != at) return call();
  if (fault == -1) ::kill(::getpid(), SIGKILL);
  if (fault > 0) {
    errno = static_cast<int>(fault);
    return -1;
  }
  const auto result = call();
  ::kill(::getpid(), SIGKILL);
  return result;
}

struct AtEnd {
  ~AtEnd() {
    const char* path = std::getenv("FLOWREEL_FAULT_COUNT");
    if (path == nullptr) return;
    if (std::FILE* file = std::fopen(path, "w")) {
      std::fprintf(file, "%ld\n", calls.load());
      std::fclose(file);
    }
  }
} at_end;

int open_as(const char* name, const char* path, int flags, mode_t mode) {
  const auto real = next<int (*)(const char*, int, ...)>(name);
  if ((flags & O_CREAT) == 0) return real(path, flags, mode);
  const char* crash = std::getenv("FLOWREEL_FAULT_CRASH");
  if (crash != nullptr && std::strstr(path, crash) != nullptr) ::raise(SIGSEGV);
  return guarded(is_under(absolute(path).c_str()), [&] { return real(path, flags, mode); });
}

mode_t mode_of(int flags, va_list rest) {
  return (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = mode_of(flags, rest);
  va_end(rest);
  return open_as("open", path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = mode_of(flags, rest);
  va_end(rest);
  return open_as("open64", path, flags, mode);
}

ssize_t write(int fd, const void* data, size_t bytes) {
  const auto real = next<ssize_t (*)(int, const void*, size_t)>("write");
  return guarded(fd > 2 && is_under(path_of(fd).c_str()), [&] { return real(fd, data, bytes); });
}

ssize_t pwrite(int fd, const void* data, size_t bytes, off_t offset) {
  const auto real = next<ssize_t (*)(int, const void*, size_t, off_t)>("pwrite");
  return guarded(is_under(path_of(fd).c_str()), [&] { return real(fd, data, bytes, offset); });
}

int fsync(int fd) {
  const auto real = next<int (*)(int)>("fsync");
  return guarded(is_under(path_of(fd).c_str()), [&] { return real(fd); });
}

int ftruncate(int fd, off_t length) {
  const auto real = next<int (*)(int, off_t)>("ftruncate");
  return guarded(is_under(path_of(fd).c_str()), [&] { return real(fd, length); });
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) {
  const auto real = next<int (*)(int, const char*, int, const char*, unsigned)>("renameat2");
  return guarded(is_under(absolute(to).c_str()),
                 [&] { return real(from_folder, from, to_folder, to, flags); });
}

int rename(const char* from, const char* to) {
  const auto real = next<int (*)(const char*, const char*)>("rename");
  return guarded(is_under(absolute(to).c_str()), [&] { return real(from, to); });
}

}  // extern "C"
