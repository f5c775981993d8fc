#include "pipeline/generate/cores.h"

#include <sched.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <vector>

namespace flowreel {
namespace {

std::vector<int> cores_at_start() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<int> cores;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return cores;
  for (int i = 0; i < CPU_SETSIZE; ++i) {
    if (CPU_ISSET(i, &set)) cores.push_back(i);
  }
  return cores;
}

const std::vector<int>& given_cores() {
  static const std::vector<int> cores = cores_at_start();
  return cores;
}

}  // namespace

int core_count() { return given_cores().empty() ? 1 : static_cast<int>(given_cores().size()); }

void use_cores(int count) {
  const std::vector<int>& cores = given_cores();
  if (cores.empty()) return;
  const size_t wanted = count <= 0 || static_cast<size_t>(count) > cores.size()
                            ? cores.size()
                            : static_cast<size_t>(count);
  // An embedding program may have placed its threads: they are moved only when something changes.
  static std::atomic<size_t> in_use{cores.size()};
  if (in_use.exchange(wanted) == wanted) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  const auto first = static_cast<size_t>(::getpid());
  for (size_t i = 0; i < wanted; ++i) CPU_SET(cores[(first + i) % cores.size()], &set);
  std::error_code error;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task", error))
    sched_setaffinity(std::atoi(task.path().filename().c_str()), sizeof set, &set);
}

}  // namespace flowreel
