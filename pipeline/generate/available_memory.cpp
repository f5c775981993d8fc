#include "pipeline/generate/available_memory.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>
#include <vector>

namespace flowreel {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kUnlimited = std::numeric_limits<uint64_t>::max();

// The names of one version of control groups.
struct CgroupNames {
  std::vector<const char*> limits;
  const char* used;
  const char* reclaimable;  // in memory.stat, with the groups below
};

const CgroupNames& version_1() {
  static const CgroupNames names{
      {"memory.limit_in_bytes"}, "memory.usage_in_bytes", "total_inactive_file"};
  return names;
}

const CgroupNames& version_2() {
  static const CgroupNames names{{"memory.max", "memory.high"}, "memory.current", "inactive_file"};
  return names;
}

// The number that a file consists of; nothing for "max" or when there is none.
std::optional<uint64_t> read_number(const fs::path& file) {
  std::ifstream in(file);
  uint64_t value = 0;
  if (in >> value) return value;
  return std::nullopt;
}

// The number behind a key at the beginning of a line.
std::optional<uint64_t> read_field(const fs::path& file, const std::string& key) {
  std::ifstream in(file);
  std::string line;
  while (std::getline(in, line)) {
    std::istringstream fields(line);
    std::string name;
    uint64_t value = 0;
    if (fields >> name >> value && name == key) return value;
  }
  return std::nullopt;
}

uint64_t left_in_group(const fs::path& group, const CgroupNames& names) {
  uint64_t limit = kUnlimited;
  for (const char* name : names.limits)
    limit = std::min(limit, read_number(group / name).value_or(kUnlimited));
  if (limit == kUnlimited) return kUnlimited;
  const uint64_t used = read_number(group / names.used).value_or(0);
  const uint64_t cache = read_field(group / "memory.stat", names.reclaimable).value_or(0);
  const uint64_t held = used - std::min(used, cache);
  return limit - std::min(limit, held);
}

// Under the group's own limit and those of all groups around it. A container may see paths of a
// tree of which only its own group is mounted: what is not there sets no limit.
uint64_t left_in_groups(const fs::path& mount, const std::string& path, const CgroupNames& names) {
  uint64_t left = left_in_group(mount, names);
  fs::path group = mount;
  for (const fs::path& part : fs::path(path).relative_path()) {
    if (part == "..") break;
    group /= part;
    left = std::min(left, left_in_group(group, names));
  }
  return left;
}

bool lists_memory(const std::string& controllers) {
  return ("," + controllers + ",").find(",memory,") != std::string::npos;
}

uint64_t left_in_cgroups(const MemoryFiles& files) {
  std::ifstream in(files.own_cgroups);
  std::string number, controllers, path;
  uint64_t left = kUnlimited;
  // Lines "ID:CONTROLLERS:PATH"; version 2 has no controllers there (cgroups(7)).
  while (std::getline(in, number, ':') && std::getline(in, controllers, ':') &&
         std::getline(in, path)) {
    if (controllers.empty()) {
      left = std::min(left, left_in_groups(files.cgroups, path, version_2()));
    } else if (lists_memory(controllers)) {
      const fs::path mount = fs::path(files.cgroups) / "memory";
      left = std::min(left, left_in_groups(mount, path, version_1()));
    }
  }
  return left;
}

}  // namespace

std::optional<uint64_t> available_host_bytes(const MemoryFiles& files) {
  const std::optional<uint64_t> kib = read_field(files.meminfo, "MemAvailable:");
  const uint64_t least = std::min(kib ? *kib * 1024 : kUnlimited, left_in_cgroups(files));
  return least == kUnlimited ? std::nullopt : std::optional(least);
}

std::optional<uint64_t> available_bytes(c10::Device device) {
  return device.is_cpu() ? available_host_bytes() : available_accelerator_bytes(device);
}

}  // namespace flowreel
