// What a farm that reads stdout is told when a command fails, beside stderr and the exit code.
#pragma once

#include <exception>
#include <string>

namespace flowreel {

struct FailureReport {
  int exit_code = 0;
  std::string text;  // one line
};

// What an exception means to a farm: the exit code of errors/error.h, and one line.
FailureReport report_of(const std::exception_ptr& error);

// From now on a process that C++ ends because an error could go nowhere (out of a thread of a
// library, or of what may not throw) says so and has the error's exit code, where it was short of
// memory; else it aborts as it would have.
void tell_of_lost_errors();

enum class FailureFormat { kNone, kJson, kOpenjd };

// For the rest of the program; a command sets it once it knows how it is to report progress.
void set_failure_format(FailureFormat format);

// {"v":1,"t":"failed","code","message"}, or "openjd_fail: message", at most 4 KiB; or nothing.
void print_failure(int exit_code, const std::string& text);

}  // namespace flowreel
