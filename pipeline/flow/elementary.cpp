#include "pipeline/flow/elementary.h"

#include <bit>
#include <cstddef>
#include <cstdint>

namespace flowreel {
namespace {

// c[0] + y (c[1] + y (c[2] + ...)), by Horner's rule.
template <size_t N>
double polynomial(const double (&c)[N], double y) {
  double sum = c[N - 1];
  for (size_t i = N - 1; i-- > 0;) sum = sum * y + c[i];
  return sum;
}

// ln 2 in two parts; the first has 32 bits, so that its product with an exponent is exact.
constexpr double kLn2High = 0x1.62e42fefp-1;
constexpr double kLn2Low = 0x1.473de6af278edp-34;
constexpr double kSqrtHalf = 0x1.6a09e667f3bcdp-1;
constexpr double kTwoPi = 0x1.921fb54442d18p+2;

// 2/3, 2/5, ...: atanh s = s + s^3/3 + s^5/5 + ...; the rest is below 2^-58 for |s| < 0.172.
constexpr double kAtanh[] = {2.0 / 3,  2.0 / 5,  2.0 / 7,  2.0 / 9,  2.0 / 11,
                             2.0 / 13, 2.0 / 15, 2.0 / 17, 2.0 / 19, 2.0 / 21};

// The series of (sin y - y) / y^3 and (cos y - 1 + y^2/2) / y^4 in y^2; |y| <= pi/4.
constexpr double kSin[] = {
    -1.0 / 6,         1.0 / 120,         -1.0 / 5040,           1.0 / 362880,
    -1.0 / 39916800., 1.0 / 6227020800., -1.0 / 1307674368000., 1.0 / 355687428096000.};
constexpr double kCos[] = {
    1.0 / 24,         -1.0 / 720,          1.0 / 40320,           -1.0 / 3628800,
    1.0 / 479001600., -1.0 / 87178291200., 1.0 / 20922789888000., -1.0 / 6402373705728000.};

}  // namespace

double reproducible_log(double x) {
  // x = m 2^e with m in [sqrt(1/2), sqrt(2)).
  const auto bits = std::bit_cast<uint64_t>(x);
  auto e = static_cast<int>(bits >> 52) - 1022;
  double m = std::bit_cast<double>((bits & 0x000fffffffffffffULL) | 0x3fe0000000000000ULL);
  if (m < kSqrtHalf) {
    m = m + m;
    e = e - 1;
  }
  // With f = m - 1 and s = f / (2 + f):  ln m = 2 atanh s = f - s (f - R),  R = 2 s^2/3 + 2 s^4/5 +
  // ...
  const double f = m - 1.0;
  const double s = f / (2.0 + f);
  const double r = s * s * polynomial(kAtanh, s * s);
  return e * kLn2High + (f - (s * (f - r) - e * kLn2Low));
}

SinCos reproducible_sincos_turns(double u) {
  // u = q/4 + rest, |rest| <= 1/8; both steps are exact.
  const auto q = static_cast<int>(u * 4.0 + 0.5);
  const double y = (u - q * 0.25) * kTwoPi;
  const double y2 = y * y;
  const double sin_y = y + y * y2 * polynomial(kSin, y2);
  const double cos_y = 1.0 - (0.5 * y2 - y2 * y2 * polynomial(kCos, y2));
  switch (q & 3) {
    case 0:
      return {sin_y, cos_y};
    case 1:
      return {cos_y, -sin_y};
    case 2:
      return {-sin_y, -cos_y};
    default:
      return {-cos_y, sin_y};
  }
}

}  // namespace flowreel
