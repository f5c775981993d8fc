#include "pipeline/queue/roots.h"

#include <fcntl.h>

#include <cerrno>
#include <filesystem>

#include "errors/error.h"
#include "errors/quote.h"
#include "files/file.h"
#include "files/place.h"

namespace flowreel {
namespace {

namespace fs = std::filesystem;

std::string resolved(const std::string& root, const char* kind, const std::string& key,
                     const std::string& path) {
  const std::string what = key + " " + quote(path);
  if (root.empty())
    throw PathError(what + " is named, but this worker was given no folder of " + kind);
  if (fs::path(path).is_absolute())
    throw PathError(what + " is absolute; expected a path within the worker's folder of " + kind);
  const Fd folder(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder) throw MissingInputError(quote(root) + " cannot be opened: " + errno_text(errno));
  const Fd place = find_beneath(folder.get(), path);
  if (place) return fs::read_symlink(name_of_place(place)).string();
  if (errno == EXDEV || errno == ELOOP || errno == EAGAIN)
    throw PathError(what + " leads out of the worker's folder of " + kind);
  if (errno == ENAMETOOLONG) throw PathError(what + " is too long a name");
  if (errno == ENOSYS || errno == EPERM)
    throw UnavailableError("paths of jobs cannot be checked: openat2: " + errno_text(errno));
  throw MissingInputError(what + " is not in the worker's folder of " + kind + ": " +
                          errno_text(errno));
}

}  // namespace

void resolve_within(const Roots& roots, Job& job) {
  for (const auto& [key, path] : paths_of(job)) {
    if (path->empty()) continue;
    const bool is_model = path == &job.options.model;
    check_local_path(*path);
    *path = resolved(is_model ? roots.models : roots.inputs, is_model ? "models" : "inputs", key,
                     *path);
  }
}

}  // namespace flowreel
