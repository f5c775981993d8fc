#include "files/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <system_error>

#include "errors/error.h"
#include "errors/quote.h"
#include "files/place.h"

namespace flowreel {
namespace {

// A scheme as RFC 3986 spells it, or FFmpeg's one protocol whose options follow a comma.
bool looks_like_url(const std::string& path) {
  if (path.rfind("subfile,", 0) == 0) return true;
  if (path.empty() || !std::isalpha(static_cast<unsigned char>(path[0]))) return false;
  for (char c : path) {
    if (c == ':') return true;
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '+' && c != '.' && c != '-')
      return false;
  }
  return false;
}

[[noreturn]] void throw_open_error(const std::string& path, int error) {
  if (error == EXDEV) throw PathError(quote(path) + " leads out of the folders it may lie in");
  const std::string text = quote(path) + " cannot be opened: " + errno_text(error);
  if (error == ELOOP || error == ENAMETOOLONG) throw PathError(text);
  throw MissingInputError(text);
}

}  // namespace

Fd& Fd::operator=(Fd&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = other.release();
  }
  return *this;
}

Fd::~Fd() {
  if (fd_ >= 0) ::close(fd_);
}

int Fd::release() {
  const int fd = fd_;
  fd_ = -1;
  return fd;
}

std::string errno_text(int error) { return std::generic_category().message(error); }

void check_local_path(const std::string& path) {
  if (path.empty()) throw PathError("an empty path names no file");
  for (char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < ' ' || byte == 0x7f) throw PathError(quote(path) + " has control characters");
  }
  if (looks_like_url(path)) {
    throw PathError(
        quote(path) +
        " is not a local file (URLs and protocols are not opened; write \"./name\" for a " +
        "file whose name has a colon)");
  }
}

bool is_directory(const std::string& path) {
  check_local_path(path);
  struct stat status {};
  const Fd place = find_place(path);
  if (!place || ::fstat(place.get(), &status) != 0) throw_open_error(path, errno);
  return S_ISDIR(status.st_mode);
}

InputFile::InputFile(const std::string& path) : path_(path) {
  check_local_path(path);
  // Only what is known to be a regular file is opened: a pipe would wait, a device might act.
  const Fd place = find_place(path);
  struct stat status {};
  if (!place || ::fstat(place.get(), &status) != 0) throw_open_error(path, errno);
  if (!S_ISREG(status.st_mode)) {
    throw PathError(quote(path) + " is not a regular file" +
                    (S_ISDIR(status.st_mode) ? " but a directory" : ""));
  }
  fd_ = Fd(::open(name_of_place(place).c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd_) throw_open_error(path, errno);
  size_ = static_cast<uint64_t>(status.st_size);
  modified_ = status.st_mtim;
}

void InputFile::read(void* data, size_t bytes, uint64_t offset) const {
  char* to = static_cast<char*>(data);
  for (size_t done = 0; done < bytes;) {
    const ssize_t n =
        ::pread(fd_.get(), to + done, bytes - done, static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw IoError(quote(path_) + " cannot be read: " + errno_text(errno));
    if (n == 0) {
      throw IoError(quote(path_) + " ends at byte " + std::to_string(offset + done) + ", but had " +
                    std::to_string(size_) +
                    " bytes when it was opened: it was cut while being read");
    }
    done += static_cast<size_t>(n);
  }
  check_unchanged();
}

void InputFile::check_unchanged() const {
  struct stat status {};
  if (::fstat(fd_.get(), &status) == 0 && static_cast<uint64_t>(status.st_size) == size_ &&
      status.st_mtim.tv_sec == modified_.tv_sec && status.st_mtim.tv_nsec == modified_.tv_nsec)
    return;
  throw IoError(quote(path_) + " was changed by another program while being read");
}

std::vector<uint8_t> read_all(const InputFile& file, uint64_t max_bytes) {
  if (file.size() > max_bytes) {
    throw DataError(quote(file.path()) + " has " + std::to_string(file.size()) +
                    " bytes; at most " + std::to_string(max_bytes) + " are accepted");
  }
  std::vector<uint8_t> data(file.size());
  file.read(data.data(), data.size(), 0);
  return data;
}

std::string read_text(const std::string& path, uint64_t max_bytes) {
  const std::vector<uint8_t> bytes = read_all(InputFile(path), max_bytes);
  return {bytes.begin(), bytes.end()};
}

}  // namespace flowreel
