// Preloaded into the program, makes its disk fail, stops it or kills it at a chosen call:
//   FLOWREEL_FAULT_UNDER  only calls on files whose path begins with this count
//   FLOWREEL_FAULT_ON     only calls of this name count, as "renameat2"
//   FLOWREEL_FAULT_AT     the call that it happens at, from 1; 0: none
//   FLOWREEL_FAULT        an errno (28 is ENOSPC); -1 kills before the call, -2 after it; -3 waits
//                         before it; -4 says a long line of no UTF-8 on stdout and stderr
//   FLOWREEL_FAULT_ONCE   a file that is made when it happens; where it is, nothing happens. To
//   wait
//                         is to wait for a file of that name with ".go" behind it
//   FLOWREEL_FAULT_COUNT  a file that receives the count of calls
//   FLOWREEL_FAULT_CRASH  a file whose name has this in it ends the program by SIGSEGV when it is
//                         created
//   FLOWREEL_FAULT_MEMORY the least number of bytes that no allocation is given
//   FLOWREEL_FAULT_CLOCK  a file with seconds, by which the clock on the wall is wrong
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
#include <ctime>
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

// Whether nobody was here before.
bool is_first() {
  const char* once = std::getenv("FLOWREEL_FAULT_ONCE");
  if (once == nullptr) return true;
  const int fd = ::open(once, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (fd >= 0) ::close(fd);
  return fd >= 0;
}

void wait() {
  const std::string go = std::string(std::getenv("FLOWREEL_FAULT_ONCE")) + ".go";
  while (::access(go.c_str(), F_OK) != 0) ::usleep(10'000);
}

void say_nonsense() {
  const std::string line = std::string(1 << 20, '\xff') + "\n";
  for (const int fd : {STDOUT_FILENO, STDERR_FILENO}) {
    for (size_t done = 0; done < line.size();) {
      const ssize_t n = ::write(fd, line.data() + done, line.size() - done);
      if (n < 0 && errno != EINTR && errno != EAGAIN) break;
      if (n > 0) done += static_cast<size_t>(n);
    }
  }
}

bool is_too_much(size_t bytes) {
  static const auto limit = static_cast<size_t>(number("FLOWREEL_FAULT_MEMORY"));
  return limit != 0 && bytes >= limit;
}

// This call's number, which is told at once: the program may be killed.
long count() {
  const long here = ++calls;
  const char* path = std::getenv("FLOWREEL_FAULT_COUNT");
  if (path == nullptr) return here;
  if (std::FILE* file = std::fopen(path, "w")) {
    std::fprintf(file, "%ld\n", here);
    std::fclose(file);
  }
  return here;
}

// Does the call, or what is to happen instead of it or behind it.
template <typename F>
auto guarded(const char* name, bool counts, F call) -> decltype(call()) {
  const char* only = std::getenv("FLOWREEL_FAULT_ON");
  const bool reads = std::strcmp(name, "pread") == 0;  // which count where they are asked for
  if (!counts || (only == nullptr ? reads : std::strcmp(only, name) != 0)) return call();
  const long here = count(), at = number("FLOWREEL_FAULT_AT"), fault = number("FLOWREEL_FAULT");
  if (at == 0 || here != at || !is_first()) return call();
  if (fault == -3) wait();
  if (fault == -4) say_nonsense();
  if (fault == -3 || fault == -4) return call();
  if (fault == -1) ::kill(::getpid(), SIGKILL);
  if (fault > 0) {
    errno = static_cast<int>(fault);
    return -1;
  }
  const auto result = call();
  ::kill(::getpid(), SIGKILL);
  return result;
}

int open_as(const char* name, const char* path, int flags, mode_t mode) {
  const auto real = next<int (*)(const char*, int, ...)>(name);
  if ((flags & O_CREAT) == 0) return real(path, flags, mode);
  const char* crash = std::getenv("FLOWREEL_FAULT_CRASH");
  if (crash != nullptr && std::strstr(path, crash) != nullptr) ::raise(SIGSEGV);
  return guarded(name, is_under(absolute(path).c_str()), [&] { return real(path, flags, mode); });
}

mode_t mode_of(int flags, va_list rest) {
  return (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
}

}  // namespace

extern "C" {

void* __libc_malloc(size_t bytes);
void* __libc_memalign(size_t alignment, size_t bytes);

void* malloc(size_t bytes) {
  if (!is_too_much(bytes)) return __libc_malloc(bytes);
  errno = ENOMEM;
  return nullptr;
}

int posix_memalign(void** place, size_t alignment, size_t bytes) {
  void* found = is_too_much(bytes) ? nullptr : __libc_memalign(alignment, bytes);
  if (found == nullptr) return ENOMEM;
  *place = found;
  return 0;
}

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
  return guarded("write", fd > 2 && is_under(path_of(fd).c_str()),
                 [&] { return real(fd, data, bytes); });
}

ssize_t pwrite(int fd, const void* data, size_t bytes, off_t offset) {
  const auto real = next<ssize_t (*)(int, const void*, size_t, off_t)>("pwrite");
  return guarded("pwrite", is_under(path_of(fd).c_str()),
                 [&] { return real(fd, data, bytes, offset); });
}

ssize_t pread(int fd, void* data, size_t bytes, off_t offset) {
  const auto real = next<ssize_t (*)(int, void*, size_t, off_t)>("pread");
  return guarded("pread", is_under(path_of(fd).c_str()),
                 [&] { return real(fd, data, bytes, offset); });
}

ssize_t pwrite64(int fd, const void* data, size_t bytes, off64_t offset) {
  const auto real = next<ssize_t (*)(int, const void*, size_t, off64_t)>("pwrite64");
  return guarded("pwrite", is_under(path_of(fd).c_str()),
                 [&] { return real(fd, data, bytes, offset); });
}

int fdatasync(int fd) {
  const auto real = next<int (*)(int)>("fdatasync");
  return guarded("fsync", is_under(path_of(fd).c_str()), [&] { return real(fd); });
}

int fsync(int fd) {
  const auto real = next<int (*)(int)>("fsync");
  return guarded("fsync", is_under(path_of(fd).c_str()), [&] { return real(fd); });
}

int ftruncate(int fd, off_t length) {
  const auto real = next<int (*)(int, off_t)>("ftruncate");
  return guarded("ftruncate", is_under(path_of(fd).c_str()), [&] { return real(fd, length); });
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) {
  const auto real = next<int (*)(int, const char*, int, const char*, unsigned)>("renameat2");
  return guarded("renameat2", is_under(absolute(to).c_str()),
                 [&] { return real(from_folder, from, to_folder, to, flags); });
}

int rename(const char* from, const char* to) {
  const auto real = next<int (*)(const char*, const char*)>("rename");
  return guarded("rename", is_under(absolute(to).c_str()), [&] { return real(from, to); });
}

int clock_gettime(clockid_t clock, timespec* now) {
  const auto real = next<int (*)(clockid_t, timespec*)>("clock_gettime");
  const int result = real(clock, now);
  const char* path = std::getenv("FLOWREEL_FAULT_CLOCK");
  if (clock != CLOCK_REALTIME || path == nullptr) return result;
  const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return result;
  char text[32] = {};
  if (::read(fd, text, sizeof text - 1) > 0) now->tv_sec += std::atol(text);
  ::close(fd);
  return result;
}

}  // extern "C"
