// What becomes of a job whose attempt failed: again, later, or never.
#pragma once

#include <cstdint>
#include <string>

namespace flowreel {

// Who a failure is held against, and so whether another attempt can help.
enum class FailureClass {
  kPermanent,  // the job is at fault: no attempt will go better
  kTransient,  // an error that may pass
  kMemory,     // out of memory
  kCrash,      // the process died by a signal, or the lease was lost
  kReleased,   // the worker was told to stop: nobody's fault
};

std::string name_of(FailureClass kind);  // "permanent", "transient", ...
// NumericsError: no such name.
FailureClass failure_class(const std::string& name);

// Classes of the exit codes of errors/error.h: 64, 65, 66, 73, 77 and 78 are permanent; 33 is
// memory; 130 and 143 are releases; any other above 128 is the signal it names, a crash; all else
// (69, 70, 74, 75, and codes that are not ours) is transient. NumericsError unless it is 1 to 255.
FailureClass class_of_exit(int exit_code);
// Of a process that a signal ended: always a crash, since a clean release exits with 130 or 143.
FailureClass class_of_signal(int signal);

// Attempts that did not succeed, by class; permanent failures are not counted.
struct Counters {
  int errors = 0, crashes = 0, memory_failures = 0;
  int releases = 0;  // never a reason to give a job up
  int failures() const { return errors + crashes + memory_failures; }
  bool operator==(const Counters&) const = default;
};

struct RetryPolicy {
  int max_errors = 3;           // a job is dead with its 3rd transient error
  int max_crashes = 2;          // and with its 2nd crash
  int max_memory_failures = 2;  // and with its 2nd memory failure: it is retried once
  int64_t first_delay_ms = 15'000;
  int64_t delay_factor = 4;  // delay = first * factor^(failures - 1), failures counted with this
  double jitter = 0.2;       // times 1 - jitter to 1 + jitter, by job and failure
  int64_t max_delay_ms = 600'000;  // jitter included
};

enum class Verdict { kQueueAgain, kRetryLater, kGiveUp };

struct Decision {
  Verdict verdict = Verdict::kGiveUp;
  Counters counters;     // with this failure
  int64_t delay_ms = 0;  // kRetryLater: until the next attempt
};

// What every store does with a failed attempt of job id. The same arguments give the same decision.
Decision decide(const RetryPolicy& policy, Counters counters, FailureClass kind, int64_t id);

}  // namespace flowreel
