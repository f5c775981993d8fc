#include "pipeline/queue/policy.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "errors/error.h"
#include "errors/quote.h"

namespace flowreel {
namespace {

constexpr std::array kNames = {"permanent", "transient", "memory", "crash", "released"};

// SplitMix64 (Steele, Lea, Flood 2014): well mixed bits from job and failure, so that jobs which
// failed together do not come back together.
double unit_interval(uint64_t id, uint64_t failure) {
  uint64_t z = id * 0x9E3779B97F4A7C15u + failure;
  for (const uint64_t factor : {0xBF58476D1CE4E5B9u, 0x94D049BB133111EBu})
    z = (z ^ (z >> 30)) * factor;
  z ^= z >> 31;
  return static_cast<double>(z >> 11) * 0x1.0p-53;
}

int64_t delay_ms(const RetryPolicy& policy, int failures, int64_t id) {
  const auto factor = static_cast<double>(policy.delay_factor);
  const double even = static_cast<double>(policy.first_delay_ms) * std::pow(factor, failures - 1);
  const double unit = unit_interval(static_cast<uint64_t>(id), static_cast<uint64_t>(failures));
  const double uneven = even * (1 + policy.jitter * (2 * unit - 1));
  return std::llround(std::min(uneven, static_cast<double>(policy.max_delay_ms)));
}

}  // namespace

std::string name_of(FailureClass kind) { return kNames[static_cast<size_t>(kind)]; }

FailureClass failure_class(const std::string& name) {
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) throw NumericsError(quote(name) + " is no class of failures");
  return static_cast<FailureClass>(found - kNames.begin());
}

FailureClass class_of_exit(int exit_code) {
  if (exit_code < 1 || exit_code > 255) {
    throw NumericsError("exit code " + std::to_string(exit_code) +
                        " is no failure; expected 1 to 255");
  }
  switch (exit_code) {
    case 33:
      return FailureClass::kMemory;
    case 64:
    case 65:
    case 66:
    case 73:
    case 77:
    case 78:
      return FailureClass::kPermanent;
    case 130:
    case 143:
      return FailureClass::kReleased;
    default:
      return exit_code > 128 ? FailureClass::kCrash : FailureClass::kTransient;
  }
}

FailureClass class_of_signal(int) { return FailureClass::kCrash; }

Decision decide(const RetryPolicy& policy, Counters counters, FailureClass kind, int64_t id) {
  bool give_up = false;
  switch (kind) {
    case FailureClass::kPermanent:
      give_up = true;
      break;
    case FailureClass::kTransient:
      give_up = ++counters.errors >= policy.max_errors;
      break;
    case FailureClass::kMemory:
      give_up = ++counters.memory_failures >= policy.max_memory_failures;
      break;
    case FailureClass::kCrash:
      give_up = ++counters.crashes >= policy.max_crashes;
      break;
    case FailureClass::kReleased:
      ++counters.releases;
      return {Verdict::kQueueAgain, counters, 0};
  }
  if (give_up) return {Verdict::kGiveUp, counters, 0};
  return {Verdict::kRetryLater, counters, delay_ms(policy, counters.failures(), id)};
}

}  // namespace flowreel
