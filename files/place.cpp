#include "files/place.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>

namespace flowreel {
namespace {

namespace fs = std::filesystem;

// Names of the folders, each as it was given and with its links resolved; none: all may be read.
std::vector<std::string> confines;

// What comes behind a folder's name in that of something beneath it.
std::optional<std::string> beneath(const std::string& folder, const std::string& path) {
  if (path == folder) return ".";
  if (path.size() <= folder.size() + 1 || path[folder.size()] != '/' || path.rfind(folder, 0) != 0)
    return std::nullopt;
  const size_t begin = path.find_first_not_of('/', folder.size());
  return begin == std::string::npos ? "." : path.substr(begin);
}

std::string without_last_slash(std::string name) {
  while (name.size() > 1 && name.back() == '/') name.pop_back();
  return name;
}

}  // namespace

void confine_reading(const std::vector<std::string>& folders) {
  for (const std::string& folder : folders) {
    if (folder.empty()) continue;
    confines.push_back(without_last_slash(fs::absolute(folder).string()));
    std::error_code error;
    const std::string real = without_last_slash(fs::weakly_canonical(folder, error).string());
    if (!error && real != confines.back()) confines.push_back(real);
  }
}

Fd find_place(const std::string& path) {
  if (confines.empty()) return Fd(::open(path.c_str(), O_PATH | O_CLOEXEC));
  const std::string absolute = fs::absolute(path).string();
  for (const std::string& folder : confines) {
    const auto rest = beneath(folder, absolute);
    if (!rest) continue;
    const Fd root(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    return root ? find_beneath(root.get(), *rest) : Fd();
  }
  errno = EXDEV;
  return Fd();
}

Fd find_beneath(int folder, const std::string& path) {
  open_how how{};
  how.flags = O_PATH | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  constexpr int kTries = 100;
  long fd = -1;
  for (int i = 0; i < kTries; ++i) {
    fd = ::syscall(SYS_openat2, folder, path.c_str(), &how, sizeof how);
    if (fd >= 0 || errno != EAGAIN) break;  // else something was renamed while the kernel looked
  }
  return Fd(static_cast<int>(fd));
}

std::string name_of_place(const Fd& place) {
  return "/proc/self/fd/" + std::to_string(place.get());
}

}  // namespace flowreel
