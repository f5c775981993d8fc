#include "pipeline/queue/unfinished.h"

#include <cstdlib>
#include <filesystem>

namespace flowreel {
namespace {

namespace fs = std::filesystem;
constexpr const char* kClaim = "t";

// What stands between the two, or nothing.
std::string between(const std::string& text, const std::string& before, const std::string& after) {
  if (text.size() <= before.size() + after.size() || text.rfind(before, 0) != 0 ||
      text.substr(text.size() - after.size()) != after)
    return "";
  return text.substr(before.size(), text.size() - before.size() - after.size());
}

}  // namespace

std::string claim_tag(int64_t token) { return kClaim + std::to_string(token); }

void remove_unfinished(const std::string& output_dir, const std::string& id, int64_t token) {
  std::error_code error;
  if (id.empty()) return;
  for (const auto& entry : fs::directory_iterator(output_dir, error)) {
    const std::string number =
        between(entry.path().filename().string(), "." + id + "." + kClaim, ".tmp");
    if (number.empty() || number.find_first_not_of("0123456789") != std::string::npos) continue;
    if (std::atoll(number.c_str()) < token) fs::remove_all(entry.path(), error);
  }
}

}  // namespace flowreel
