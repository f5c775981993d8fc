#include "pipeline/queue/child_self.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "errors/error.h"

namespace flowreel {

void become_child(pid_t parent, uint64_t memory_bytes) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) throw UnavailableError("the worker of this process has gone");
  std::ofstream("/proc/self/oom_score_adj") << 500;  // a wish, not a need
  if (memory_bytes == 0) return;
  const rlimit limit = {memory_bytes, memory_bytes};
  ::setrlimit(RLIMIT_DATA, &limit);
}

}  // namespace flowreel
