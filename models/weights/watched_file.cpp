#include "models/weights/watched_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "errors/error.h"

namespace flowreel {

WatchedFile::WatchedFile(const std::string& path) : path_(path) {
  // O_NONBLOCK: opening a pipe without a writer would wait for ever. It means nothing for regular
  // files.
  fd_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd_ < 0) throw MissingInputError(path + ": cannot be opened: " + std::strerror(errno));
  struct stat info {};
  if (::fstat(fd_, &info) != 0 || !S_ISREG(info.st_mode)) {
    ::close(fd_);
    throw DataError(path + ": not a regular file");
  }
  size_ = static_cast<uint64_t>(info.st_size);
  modified_ = info.st_mtim;
}

WatchedFile::~WatchedFile() { ::close(fd_); }

void WatchedFile::read(void* data, size_t bytes, uint64_t offset) const {
  char* to = static_cast<char*>(data);
  for (size_t done = 0; done < bytes;) {
    const ssize_t got = ::pread(fd_, to + done, bytes - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw IoError(path_ + ": cannot be read: " + std::strerror(errno));
    if (got == 0) {
      throw IoError(path_ + ": ends at byte " + std::to_string(offset + done) + ", but had " +
                    std::to_string(size_) +
                    " bytes when it was opened: it was cut while being read");
    }
    done += static_cast<size_t>(got);
  }
  struct stat info {};
  if (::fstat(fd_, &info) != 0 || static_cast<uint64_t>(info.st_size) != size_ ||
      info.st_mtim.tv_sec != modified_.tv_sec || info.st_mtim.tv_nsec != modified_.tv_nsec) {
    throw IoError(path_ + ": was changed by another program while being read");
  }
}

}  // namespace flowreel
