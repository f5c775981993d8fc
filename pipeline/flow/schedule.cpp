#include "pipeline/flow/schedule.h"

#include <c10/util/StringUtil.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "errors/error.h"

namespace flowreel {
namespace {

// Below this a sigma has bits that 1 - sigma in double cannot hold.
constexpr double kSmallestSigma = 0x1p-29;

void check_options(const ScheduleOptions& options) {
  if (options.sigmas.empty() && options.steps < 1) {
    throw UsageError(c10::str("steps is ", options.steps, ", expected at least 1"));
  }
  if (!options.dynamic && !(options.shift > 0 && std::isfinite(options.shift))) {
    throw UsageError(c10::str("flow shift is ", options.shift, ", expected a number above 0"));
  }
  if (options.dynamic && !std::isfinite(options.mu)) {
    throw UsageError(c10::str("mu of dynamic shifting is ", options.mu, ", expected a number"));
  }
  if (options.dynamic && options.dynamic_shift == DynamicShift::kLinear && options.mu <= 0) {
    throw UsageError(
        c10::str("mu of linear dynamic shifting is ", options.mu, ", expected above 0"));
  }
  if (!(options.shift_terminal >= 0 && options.shift_terminal < 1)) {
    throw UsageError(
        c10::str("shift_terminal is ", options.shift_terminal, ", expected 0 (off) to below 1"));
  }
}

// `what` says whose sigmas they are. The final 0 is not among them.
template <typename T>
void check_sigmas(const std::vector<T>& sigmas, const std::string& what) {
  for (size_t i = 0; i < sigmas.size(); ++i) {
    if (!(sigmas[i] >= kSmallestSigma && sigmas[i] <= 1)) {
      throw UsageError(c10::str(what, " ", i, " is ", sigmas[i],
                                ", expected above 0 and at most 1 (the final 0 is implied)"));
    }
    if (i > 0 && !(sigmas[i] < sigmas[i - 1])) {
      throw UsageError(c10::str(what, " ", i, " is ", sigmas[i],
                                ", expected less than the one before, ", sigmas[i - 1]));
    }
  }
}

std::vector<float> unshifted_sigmas(const ScheduleOptions& options) {
  if (!options.sigmas.empty()) {
    check_sigmas(options.sigmas, "sigma");
    return {options.sigmas.begin(), options.sigmas.end()};
  }
  std::vector<float> sigmas(options.steps);
  // numpy.linspace(1, 0, n + 1) in float64: i * step + start.
  const double step = -1.0 / options.steps;
  const bool quadratic = options.grid == TimeGrid::kQuadratic;
  for (int i = 0; i < options.steps; ++i) {
    const double gone = i * step;  // 0 to -1
    sigmas[i] = static_cast<float>(quadratic ? 1.0 - gone * gone : gone + 1.0);
  }
  return sigmas;
}

// All in float32, one rounding per operation, as numpy does it.
void shift_sigmas(std::vector<float>& sigmas, const ScheduleOptions& options) {
  if (options.dynamic) {
    const bool exponential = options.dynamic_shift == DynamicShift::kExponential;
    const auto e = static_cast<float>(exponential ? std::exp(options.mu) : options.mu);
    for (float& s : sigmas) s = e / (e + (1.0f / s - 1.0f));
    return;
  }
  const auto shift = static_cast<float>(options.shift);
  const auto shift_minus_one = static_cast<float>(options.shift - 1.0);
  for (float& s : sigmas) s = shift * s / (1.0f + shift_minus_one * s);
}

void stretch_to_terminal(std::vector<float>& sigmas, double terminal) {
  const float scale = (1.0f - sigmas.back()) / static_cast<float>(1.0 - terminal);
  if (!(scale > 0)) {
    throw UsageError(c10::str("shift_terminal ", terminal, " needs a last sigma below 1, found ",
                              sigmas.back(), "; use more steps"));
  }
  for (float& s : sigmas) s = 1.0f - (1.0f - s) / scale;
}

}  // namespace

double dynamic_shift_mu(int64_t image_seq_len, const DynamicShiftRange& range) {
  if (range.max_seq_len == range.base_seq_len) {
    throw UsageError(c10::str("max_image_seq_len is ", range.max_seq_len,
                              ", expected other than base_image_seq_len"));
  }
  const double slope = (range.max_shift - range.base_shift) /
                       static_cast<double>(range.max_seq_len - range.base_seq_len);
  const double offset = range.base_shift - slope * static_cast<double>(range.base_seq_len);
  return static_cast<double>(image_seq_len) * slope + offset;
}

std::vector<double> schedule_times(const ScheduleOptions& options) {
  check_options(options);
  std::vector<float> sigmas = unshifted_sigmas(options);
  shift_sigmas(sigmas, options);
  if (options.shift_terminal != 0) stretch_to_terminal(sigmas, options.shift_terminal);
  check_sigmas(sigmas, "shifted sigma");

  std::vector<double> times;
  times.reserve(sigmas.size() + 1);
  for (float sigma : sigmas) times.push_back(1.0 - static_cast<double>(sigma));
  times.push_back(1.0);
  return times;
}

std::vector<double> times_from_strength(const std::vector<double>& times, double strength) {
  if (times.empty()) throw UsageError("times is empty, expected a schedule");
  if (!(strength >= 0 && strength <= 1)) {
    throw UsageError(c10::str("strength is ", strength, ", expected 0 to 1"));
  }
  const auto steps = static_cast<double>(times.size() - 1);
  const auto skipped = static_cast<std::ptrdiff_t>(steps - std::min(steps * strength, steps));
  return {times.begin() + skipped, times.end()};
}

}  // namespace flowreel
