#include "pipeline/evaluate/interval.h"

#include <cmath>
#include <string>

#include "errors/error.h"

namespace flowreel {

Interval wilson_interval(int64_t right, int64_t of) {
  if (right < 0 || right > of) {
    throw UsageError(std::to_string(right) + " right of " + std::to_string(of) +
                     ", expected 0 to as many as there are");
  }
  if (of == 0) return {};
  constexpr double kZ = 1.959963984540054;  // 97.5 % of a normal distribution lie below
  const auto n = static_cast<double>(of);
  const double share = static_cast<double>(right) / n;
  const double scale = 1 + kZ * kZ / n;
  const double middle = (share + kZ * kZ / (2 * n)) / scale;
  const double half = kZ * std::sqrt(share * (1 - share) / n + kZ * kZ / (4 * n * n)) / scale;
  return {right == 0 ? 0 : middle - half, right == of ? 1 : middle + half};
}

}  // namespace flowreel
