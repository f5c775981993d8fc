#include "tools/flowreel/failure.h"

#include <c10/util/Exception.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <nlohmann/json.hpp>
#include <string_view>

#include "errors/error.h"
#include "errors/quote.h"
#include "models/weights/out_of_memory.h"
#include "tools/flowreel/ready.h"
#include "tools/flowreel/stop_signal.h"

namespace flowreel {
namespace {

FailureFormat chosen = FailureFormat::kNone;

// LibTorch's messages go on for many lines, with a stack trace; the first says it.
std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// There may be no memory for more than this.
[[noreturn]] void on_terminate() {
  constexpr int kOutOfMemory = 33;
  constexpr std::string_view kText = "flowreel: out of memory\n";
  try {
    if (const std::exception_ptr error = std::current_exception()) std::rethrow_exception(error);
  } catch (const std::exception& error) {
    if (is_out_of_memory(error)) {
      [[maybe_unused]] const auto told = ::write(STDERR_FILENO, kText.data(), kText.size());
      _exit(kOutOfMemory);
    }
  }
  std::abort();
}

}  // namespace

void tell_of_lost_errors() { std::set_terminate(on_terminate); }

FailureReport report_of(const std::exception_ptr& error) {
  constexpr int kOutOfMemory = 33, kInternal = 70;
  try {
    std::rethrow_exception(error);
  } catch (const Interrupted& interrupted) {
    return {128 + stop_signal(), interrupted.what()};
  } catch (const Error& known) {
    return {known.exit_code(), known.what()};
  } catch (const std::bad_alloc&) {
    return {kOutOfMemory, "out of memory"};
  } catch (const c10::Error& torch) {
    if (is_out_of_memory(torch)) return {kOutOfMemory, "out of memory: " + first_line(torch.msg())};
    return {kInternal, "internal error: " + first_line(torch.msg())};
  } catch (const std::exception& other) {
    return {kInternal, "internal error: " + first_line(other.what())};
  }
}

void set_failure_format(FailureFormat format) { chosen = format; }

void print_failure(int exit_code, const std::string& text) {
  constexpr size_t kLongest = 2000;  // bytes, which JSON may write twice as long
  if (chosen == FailureFormat::kNone || !takes_a_line(STDOUT_FILENO, kPatienceMs)) return;
  const std::string message(cut(text, kLongest));
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
