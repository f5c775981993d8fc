#include "pipeline/queue/clock.h"

#include <ctime>
#include <fstream>

#include "errors/error.h"

namespace flowreel {
namespace {

int64_t milliseconds(clockid_t clock) {
  std::timespec time{};
  ::clock_gettime(clock, &time);
  return int64_t{time.tv_sec} * 1000 + time.tv_nsec / 1'000'000;
}

}  // namespace

SystemClock::SystemClock() {
  constexpr char kFile[] = "/proc/sys/kernel/random/boot_id";
  std::ifstream(kFile) >> boot_;
  if (boot_.empty()) throw IoError(std::string(kFile) + " cannot be read; leases need the boot id");
}

Moment SystemClock::now() const {
  return {milliseconds(CLOCK_REALTIME), milliseconds(CLOCK_BOOTTIME), boot_};
}

}  // namespace flowreel
