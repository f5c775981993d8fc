// Where the tests of the contract keep their jobs: one row for each kind of store.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <ostream>
#include <string>
#include <vector>

#include "pipeline/queue/store.h"

namespace flowreel::testing {

// Time that stands still until it is moved.
class FakeClock : public Clock {
 public:
  Moment now() const override {
    const std::lock_guard lock(mutex_);
    return moment_;
  }
  void advance(int64_t ms) {
    const std::lock_guard lock(mutex_);
    moment_.wall_ms += ms;
    moment_.lease_ms += ms;
  }
  void set_wall_clock_by(int64_t ms) {  // as an administrator or daylight saving does
    const std::lock_guard lock(mutex_);
    moment_.wall_ms += ms;
  }
  void reboot() {  // the clock of leases begins anew
    const std::lock_guard lock(mutex_);
    moment_.lease_ms = 1000;
    moment_.boot += "'";
  }

 private:
  mutable std::mutex mutex_;
  Moment moment_{1'700'000'000'000, 5'000'000, "boot"};
};

// A queue of its own, gone with the object.
class StorePlace {
 public:
  virtual ~StorePlace() = default;
  // The store again at each call: another connection to the same jobs.
  virtual std::shared_ptr<JobStore> open(const StoreOptions& options) = 0;
};

struct StoreKind {
  std::string name;
  std::unique_ptr<StorePlace> (*make)();
  std::string (*missing)();  // why it cannot be tested here, or empty
  bool shared;               // other processes can open it
};

// A row is all that a new store needs to be held to the contract.
const std::vector<StoreKind>& store_kinds();
std::vector<StoreKind> shared_store_kinds();

void PrintTo(const StoreKind& kind, std::ostream* out);
// For INSTANTIATE_TEST_SUITE_P.
std::string kind_name(const ::testing::TestParamInfo<StoreKind>& info);

}  // namespace flowreel::testing
