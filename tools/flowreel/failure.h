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

enum class FailureFormat { kNone, kJson, kOpenjd };

// For the rest of the program; a command sets it once it knows how it is to report progress.
void set_failure_format(FailureFormat format);

// {"v":1,"t":"failed","code","message"}, or "openjd_fail: message", at most 4 KiB; or nothing.
void print_failure(int exit_code, const std::string& text);

}  // namespace flowreel
