#include "files/publish.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <set>

#include "errors/error.h"
#include "errors/quote.h"
#include "files/file.h"
#include "files/temporary.h"

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

[[noreturn]] void throw_not_placed(const std::string& path, int error) {
  if (error == EEXIST) throw_exists(path);
  throw IoError(quote(path) + " cannot be put in place: " + errno_text(error));
}

int rename_with(const std::string& from, const std::string& to, unsigned flags) {
  return ::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags);
}

bool lacks_flags(int error) { return error == EINVAL || error == ENOSYS; }

// Renames unless `to` exists. Without RENAME_NOREPLACE in the file system: the next best.
void rename_to_new(const std::string& from, const std::string& to) {
  int ret = rename_with(from, to, RENAME_NOREPLACE);
  if (ret != 0 && lacks_flags(errno)) {
    check_absent(to, false);
    ret = ::rename(from.c_str(), to.c_str());
  }
  if (ret != 0) throw_not_placed(to, errno);
}

// Where a replaced file is kept until all is done; empty when nothing was there.
std::string place(const StagedOutput& output) {
  struct stat status {};
  if (!output.overwrite || ::lstat(output.path.c_str(), &status) != 0) {
    rename_to_new(output.temporary, output.path);
    return "";
  }
  if (rename_with(output.temporary, output.path, RENAME_EXCHANGE) == 0) return output.temporary;
  if (!lacks_flags(errno)) throw_not_placed(output.path, errno);
  const std::string aside = temporary_name(output.path);
  rename_to_new(output.path, aside);
  if (::rename(output.temporary.c_str(), output.path.c_str()) == 0) return aside;
  const int error = errno;
  ::rename(aside.c_str(), output.path.c_str());
  throw_not_placed(output.path, error);
}

void take_back(const StagedOutput& output, const std::string& old) {
  if (old == output.temporary) {
    rename_with(output.temporary, output.path, RENAME_EXCHANGE);
    return;
  }
  ::rename(output.path.c_str(), output.temporary.c_str());
  if (!old.empty()) ::rename(old.c_str(), output.path.c_str());
}

// What can be known before the first name is touched.
void check_target(const StagedOutput& output) {
  check_absent(output.path, output.overwrite);
  struct stat mine {
  }, there{};
  if (::lstat(output.path.c_str(), &there) != 0 || ::lstat(output.temporary.c_str(), &mine) != 0)
    return;
  if (S_ISDIR(there.st_mode) == S_ISDIR(mine.st_mode)) return;
  throw OutputError(quote(output.path) + (S_ISDIR(there.st_mode)
                                              ? " is a directory; expected the name of a file"
                                              : " is a file; expected the name of a directory"));
}

}  // namespace

void throw_not_made(const std::string& path, int error) {
  const std::string text = quote(path) + " cannot be created: " + errno_text(error);
  if (error == ENOSPC || error == EDQUOT || error == EIO || error == EROFS) throw IoError(text);
  throw OutputError(text);
}

void check_absent(const std::string& path, bool overwrite) {
  struct stat status {};
  if (!overwrite && ::lstat(path.c_str(), &status) == 0) throw_exists(path);
}

void publish(const std::vector<StagedOutput>& outputs) {
  for (const StagedOutput& output : outputs) check_target(output);
  const KeepTemporaries until_done;  // they hold what was replaced
  std::vector<std::string> replaced;
  try {
    std::set<std::string> folders;
    for (const StagedOutput& output : outputs) {
      replaced.push_back(place(output));
      folders.insert(folder_of(output.path));
    }
    for (const std::string& folder : folders) sync_folder(folder);
  } catch (...) {
    for (size_t i = replaced.size(); i-- > 0;) take_back(outputs[i], replaced[i]);
    throw;
  }
  for (const std::string& old : replaced) {
    std::error_code ignored;
    if (!old.empty()) std::filesystem::remove_all(old, ignored);
  }
}

}  // namespace flowreel
