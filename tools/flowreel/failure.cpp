#include "tools/flowreel/failure.h"

#include <cstdio>
#include <nlohmann/json.hpp>

namespace flowreel {
namespace {

FailureFormat chosen = FailureFormat::kNone;

}  // namespace

void set_failure_format(FailureFormat format) { chosen = format; }

void print_failure(int exit_code, const std::string& text) {
  constexpr size_t kLongest = 2000;  // bytes, which JSON may write twice as long
  const std::string message = text.substr(0, kLongest);
  if (chosen == FailureFormat::kOpenjd) std::printf("openjd_fail: %s\n", message.c_str());
  if (chosen == FailureFormat::kJson) {
    const nlohmann::json line = {
        {"v", 1}, {"t", "failed"}, {"code", exit_code}, {"message", message}};
    std::printf("%s\n",
                line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
  }
  std::fflush(stdout);
}

}  // namespace flowreel
