#include "tools/queue_bench/crew.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <new>
#include <stdexcept>
#include <thread>
#include <vector>

namespace flowreel {
namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr auto kLook = std::chrono::microseconds(200);

int64_t now_ns() { return SteadyClock::now().time_since_epoch() / std::chrono::nanoseconds(1); }

// In memory that all processes see.
struct Shared {
  std::atomic<int> ready{0}, failed{0};
  std::atomic<int64_t> began_ns{0}, ended_ns{0}, calls{0};
};

void work(Shared& shared, double seconds, const Call& call) {
  ++shared.ready;
  while (shared.began_ns == 0) std::this_thread::sleep_for(kLook);
  const int64_t end = shared.began_ns + static_cast<int64_t>(seconds * 1e9);
  int64_t calls = 0;
  while (now_ns() < end && call()) ++calls;
  const int64_t ended = now_ns();
  for (int64_t last = shared.ended_ns; last < ended;) {
    if (shared.ended_ns.compare_exchange_weak(last, ended)) break;
  }
  shared.calls += calls;
}

[[noreturn]] void be_one(Shared& shared, double seconds, const std::function<Call()>& prepare) {
  try {
    work(shared, seconds, prepare());
    ::_exit(0);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    ++shared.failed;
    ++shared.ready;
    ::_exit(1);
  }
}

}  // namespace

Pace run_crew(int processes, double seconds, const std::function<Call(int)>& prepare) {
  void* memory =
      ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::runtime_error("no shared memory");
  Shared& shared = *new (memory) Shared;
  std::vector<pid_t> children;
  for (int i = 0; i < processes; ++i) {
    const pid_t child = ::fork();
    if (child == 0) be_one(shared, seconds, [&] { return prepare(i); });
    if (child < 0) throw std::runtime_error("no process");
    children.push_back(child);
  }
  while (shared.ready < processes) std::this_thread::sleep_for(kLook);
  shared.began_ns = now_ns();
  bool good = true;
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    good = good && status == 0;
  }
  const Pace pace = {shared.calls, static_cast<double>(shared.ended_ns - shared.began_ns) / 1e9};
  ::munmap(memory, sizeof(Shared));
  if (!good) throw std::runtime_error("a process failed");
  return pace;
}

}  // namespace flowreel
