// The time that a store goes by; tests set it.
#pragma once

#include <cstdint>
#include <string>

namespace flowreel {

// Two readings of one moment. People and delays go by the wall clock, which may be set back or
// forth. Leases go by a clock that only runs forward, also while the machine sleeps, and begins
// anew with each boot.
struct Moment {
  int64_t wall_ms = 0;   // since 1970, UTC
  int64_t lease_ms = 0;  // comparable between moments of the same boot only
  std::string boot;      // which boot; a lease of another one has run out
};

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Moment now() const = 0;  // may be called by several threads at once
};

// CLOCK_REALTIME, CLOCK_BOOTTIME and the kernel's boot id. Containers on one machine agree on all
// three unless one has a time namespace of its own.
class SystemClock : public Clock {
 public:
  SystemClock();  // IoError: the kernel tells no boot id
  Moment now() const override;

 private:
  std::string boot_;
};

}  // namespace flowreel
