#include "pipeline/queue/unfinished.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <vector>

namespace flowreel {
namespace {

namespace fs = std::filesystem;
constexpr const char* kClaim = "t";
constexpr const char *kCheckpoints = ".checkpoints", *kCheckpointEnding = ".safetensors";

// What stands between the two, or nothing.
std::string between(const std::string& text, const std::string& before, const std::string& after) {
  if (text.size() <= before.size() + after.size() || text.rfind(before, 0) != 0 ||
      text.substr(text.size() - after.size()) != after)
    return "";
  return text.substr(before.size(), text.size() - before.size() - after.size());
}

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

struct ClaimedName {
  std::string id;
  int64_t token = 0;
};

// ".ID.tTOKEN.tmp" taken apart.
std::optional<ClaimedName> claimed_name(const std::string& name) {
  const std::string inner = between(name, ".", ".tmp"), tag = std::string(".") + kClaim;
  const size_t at = inner.rfind(tag);
  if (at == std::string::npos || at == 0) return std::nullopt;
  const std::string number = inner.substr(at + tag.size());
  if (!is_number(number)) return std::nullopt;
  return ClaimedName{inner.substr(0, at), std::atoll(number.c_str())};
}

bool is_claimed(const JobInfo& job, int64_t token) {
  return job.state == JobState::kRunning && job.token <= token;
}

}  // namespace

std::string claim_tag(int64_t token) { return kClaim + std::to_string(token); }

void remove_unfinished(const std::string& output_dir, const std::string& id, int64_t token) {
  std::error_code error;
  if (id.empty()) return;
  for (const auto& entry : fs::directory_iterator(output_dir, error)) {
    const std::string number =
        between(entry.path().filename().string(), "." + id + "." + kClaim, ".tmp");
    if (!is_number(number)) continue;
    if (std::atoll(number.c_str()) < token) fs::remove_all(entry.path(), error);
  }
}

std::string checkpoint_file(const std::string& output_dir, const std::string& id) {
  return (fs::path(output_dir) / kCheckpoints / (id + kCheckpointEnding)).string();
}

void remove_abandoned(const std::string& output_dir, JobStore& store) {
  std::error_code error;
  std::vector<fs::path> abandoned;
  for (const auto& entry : fs::directory_iterator(fs::path(output_dir) / kCheckpoints, error)) {
    const std::string id = between(entry.path().filename().string(), "", kCheckpointEnding);
    if (id.empty()) continue;
    const std::vector<JobInfo> jobs = store.list({.key = id});
    if (!jobs.empty() && jobs[0].state == JobState::kSucceeded) abandoned.push_back(entry.path());
  }
  for (const auto& entry : fs::directory_iterator(output_dir, error)) {
    const auto name = claimed_name(entry.path().filename().string());
    if (!name) continue;
    const std::vector<JobInfo> jobs = store.list({.key = name->id});
    if (!jobs.empty() && !is_claimed(jobs[0], name->token)) abandoned.push_back(entry.path());
  }
  for (const fs::path& path : abandoned) fs::remove_all(path, error);
}

}  // namespace flowreel
