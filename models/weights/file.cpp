#include "models/weights/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "errors/error.h"

namespace flowreel {
namespace {

std::string folder_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// A name of fixed length, so that a final name of the longest permitted length still works.
std::string temporary_name(const std::string& path) {
  static std::atomic<unsigned> counter{0};
  return folder_of(path) + "/.flowreel-" + std::to_string(::getpid()) + "-" +
         std::to_string(counter++) + ".tmp";
}

}  // namespace

InputFile::InputFile(const std::string& path) : path_(path) {
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

InputFile::~InputFile() { ::close(fd_); }

void InputFile::read(void* data, size_t bytes, uint64_t offset) const {
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

OutputFile::OutputFile(const std::string& path) : path_(path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode)) {
    throw OutputError(path + ": exists and is not a regular file");
  }
  do {
    temporary_ = temporary_name(path);
    fd_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  } while (fd_ < 0 && errno == EEXIST);  // left by a killed process that had our number
  if (fd_ < 0) throw OutputError(path + ": cannot be created: " + std::strerror(errno));
}

OutputFile::~OutputFile() {
  if (fd_ >= 0) ::close(fd_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void OutputFile::write(const void* data, size_t bytes) {
  const char* from = static_cast<const char*>(data);
  for (size_t done = 0; done < bytes;) {
    const ssize_t put = ::write(fd_, from + done, bytes - done);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) throw IoError(path_ + ": cannot be written: " + std::strerror(errno));
    done += static_cast<size_t>(put);
  }
}

void OutputFile::commit() {
  if (::fsync(fd_) != 0) throw IoError(path_ + ": cannot be written: " + std::strerror(errno));
  const int closed = ::close(fd_);
  fd_ = -1;
  if (closed != 0) throw IoError(path_ + ": cannot be written: " + std::strerror(errno));
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) {
    throw OutputError(path_ + ": cannot be created: " + std::strerror(errno));
  }
  temporary_.clear();
  const int folder = ::open(folder_of(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  // Some file systems cannot flush a folder (EINVAL); the file itself is safe on the disk by now.
  if (folder < 0) return;
  const bool failed = ::fsync(folder) != 0 && errno == EIO;
  ::close(folder);
  if (failed) throw IoError(path_ + ": its folder cannot be flushed to disk");
}

}  // namespace flowreel
