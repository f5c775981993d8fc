#include "files/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <random>

#include "errors/error.h"
#include "errors/quote.h"

namespace flowreel {
namespace {

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

void sync_folder(const std::string& folder) {
  const Fd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // Some file systems cannot sync a folder; the rename has happened all the same.
  if (!fd || (::fsync(fd.get()) != 0 && errno != EINVAL && errno != EROFS)) {
    throw IoError(quote(folder) + " cannot be synced: " + errno_text(errno));
  }
}

[[noreturn]] void throw_exists(const std::string& path) {
  throw OutputError(quote(path) +
                    " exists already; give another name or allow it to be overwritten");
}

}  // namespace

std::string temporary_name(const std::string& path) {
  std::random_device device;
  char suffix[32];
  std::snprintf(suffix, sizeof suffix, ".%08x%08x.tmp", device(), device());
  const std::filesystem::path final_path(path);
  std::string name = ".";
  name += final_path.filename().string().substr(0, 200);
  name += suffix;
  return (final_path.parent_path() / name).string();
}

void check_absent(const std::string& path, bool overwrite) {
  struct stat status {};
  if (!overwrite && ::lstat(path.c_str(), &status) == 0) throw_exists(path);
}

void rename_synced(const std::string& from, const std::string& to, bool overwrite) {
  int ret =
      ::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), overwrite ? 0 : RENAME_NOREPLACE);
  if (ret != 0 && !overwrite && (errno == EINVAL || errno == ENOSYS)) {
    check_absent(to, false);  // a file system without RENAME_NOREPLACE: the next best
    ret = ::rename(from.c_str(), to.c_str());
  }
  if (ret != 0 && errno == EEXIST) throw_exists(to);
  if (ret != 0) throw IoError(quote(to) + " cannot be put in place: " + errno_text(errno));
  sync_folder(folder_of(to));
}

OutputFile::OutputFile(const std::string& path, bool overwrite)
    : path_(path), overwrite_(overwrite) {
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
  temporary_ = temporary_name(path);
  fd_ = Fd(::open(temporary_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!fd_) throw OutputError(quote(path) + " cannot be created: " + errno_text(errno));
}

OutputFile::~OutputFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
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

void OutputFile::commit() {
  if (::fsync(fd_.get()) != 0)
    throw IoError(quote(path_) + " cannot be synced: " + errno_text(errno));
  rename_synced(temporary_, path_, overwrite_);
  temporary_.clear();
}

}  // namespace flowreel
