// What a farm that reads stdout is told when a command fails, beside stderr and the exit code.
#pragma once

#include <string>

namespace flowreel {

enum class FailureFormat { kNone, kJson, kOpenjd };

// For the rest of the program; a command sets it once it knows how it is to report progress.
void set_failure_format(FailureFormat format);

// {"v":1,"t":"failed","code","message"}, or "openjd_fail: message", at most 4 KiB; or nothing.
void print_failure(int exit_code, const std::string& text);

}  // namespace flowreel
