#include "files/output_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "errors/error.h"
#include "errors/quote.h"

namespace flowreel {

OutputFile::OutputFile(const std::string& path, bool overwrite)
    : path_(path), temporary_(path), overwrite_(overwrite) {
  check_local_path(path);
  check_absent(path, overwrite);
  std::error_code error;
  const std::filesystem::path final_path(path);
  if (!final_path.has_filename() || std::filesystem::is_directory(final_path, error)) {
    throw OutputError(quote(path) + " is a directory; expected the name of a file");
  }
  if (std::filesystem::exists(final_path, error) &&
      !std::filesystem::is_regular_file(final_path, error)) {
    throw OutputError(quote(path) + " is not a regular file");
  }
  if (final_path.filename().string().size() > 255)
    throw OutputError(quote(path) + " is too long a name");
  fd_ = Fd(::open(temporary_.name().c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!fd_) throw_not_made(path, errno);
}

void OutputFile::reserve(int64_t bytes) {
  const int error = ::posix_fallocate(fd_.get(), 0, bytes);
  // A file system that cannot set room aside is not full.
  if (error == ENOSPC || error == EDQUOT)
    throw IoError(quote(path_) + " cannot be written: " + errno_text(error));
  reserved_ = true;
}

void OutputFile::write(const void* data, size_t bytes) {
  const char* from = static_cast<const char*>(data);
  while (bytes > 0) {
    const ssize_t n = ::write(fd_.get(), from, bytes);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw IoError(quote(path_) + " cannot be written: " + errno_text(errno));
    from += n;
    bytes -= static_cast<size_t>(n);
  }
}

void OutputFile::commit() { publish({stage()}); }

StagedOutput OutputFile::stage() {
  const bool cut = !reserved_ || ::ftruncate(fd_.get(), ::lseek(fd_.get(), 0, SEEK_CUR)) == 0;
  if (!cut || ::fsync(fd_.get()) != 0)
    throw IoError(quote(path_) + " cannot be synced: " + errno_text(errno));
  return {temporary_.name(), path_, overwrite_};
}

}  // namespace flowreel
