#include "pipeline/consistency/html/labels.h"

#include <algorithm>

namespace flowreel::html {
namespace {

// Where the last `parts` names of a path begin; 0 when it has no more.
size_t start_of(const std::string& path, size_t parts) {
  size_t end = path.find_last_not_of('/') + 1;
  for (; parts > 0; --parts) {
    const size_t slash = end == 0 ? std::string::npos : path.rfind('/', end - 1);
    if (slash == std::string::npos) return 0;
    end = slash;
  }
  return end + 1;
}

}  // namespace

std::vector<std::string> labels_of(const std::vector<std::string>& paths) {
  std::vector<std::string> labels;
  for (const std::string& path : paths) {
    size_t start = path.size();
    for (size_t parts = 1; start > 0; ++parts) {
      start = start_of(path, parts);
      const bool is_alone = std::none_of(paths.begin(), paths.end(), [&](const std::string& other) {
        return other != path && other.substr(start_of(other, parts)) == path.substr(start);
      });
      if (is_alone) break;
    }
    labels.push_back(path.substr(start));
  }
  return labels;
}

}  // namespace flowreel::html
