#include "pipeline/train/time_density.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "errors/error.h"

namespace flowreel {
namespace {

constexpr int64_t kCount = 100000;

at::Tensor times(const TimeDensity& density) {
  const at::Tensor t = draw_times(kCount, density, {7, 0});
  EXPECT_EQ(t.scalar_type(), at::kFloat);
  EXPECT_TRUE(t.ge(0).all().item<bool>() && t.le(1).all().item<bool>());
  return t.to(at::kDouble);
}

double quantile_of(const at::Tensor& x, double q) { return at::quantile(x, q).item<double>(); }

TEST(TimeDensity, UniformIsUniform) {
  const at::Tensor t = times({});
  for (double q : {0.1, 0.25, 0.5, 0.9}) EXPECT_NEAR(quantile_of(t, q), q, 0.007);
}

// A quantile of logit(sigma) goes through a monotone map, so that of t is known.
TEST(TimeDensity, LogitNormalIsNormalInLogitOfSigma) {
  for (const auto& [mean, std] : {std::pair(0.0, 1.0), std::pair(0.5, 0.6), std::pair(-1.0, 1.4)}) {
    const at::Tensor t = times({.law = TimeLaw::kLogitNormal, .mean = mean, .std = std});
    const at::Tensor logit = at::log((1 - t) / t);
    EXPECT_NEAR(logit.mean().item<double>(), mean, 5 * std / std::sqrt(kCount));
    EXPECT_NEAR(logit.std().item<double>(), std, 0.02 * std);
    EXPECT_NEAR(quantile_of(t, 0.5), 1 / (1 + std::exp(mean)), 0.005);
  }
}

// Under the sampler's shift, q of the times lie where q of its steps do.
TEST(TimeDensity, ShiftFollowsTheSampler) {
  const double shift = 7;
  const at::Tensor t = times({.shift = shift});
  for (double q : {0.1, 0.5, 0.9}) {
    const double sigma = 1 - q;
    EXPECT_NEAR(quantile_of(t, q), 1 - shift * sigma / (1 + (shift - 1) * sigma), 0.007) << q;
  }
  const at::Tensor both = times({.law = TimeLaw::kLogitNormal, .shift = shift});
  EXPECT_NEAR(quantile_of(both, 0.5), 1 / (1 + shift), 0.005);
}

TEST(TimeDensity, IsAFunctionOfTheDraw) {
  EXPECT_TRUE(at::equal(draw_times(8, {}, {7, 3}), draw_times(8, {}, {7, 3})));
  EXPECT_FALSE(at::equal(draw_times(8, {}, {7, 3}), draw_times(8, {}, {7, 4})));
}

TEST(TimeDensity, RefusesNumbersOutOfRange) {
  EXPECT_THROW(check_time_density({.std = 0}), UsageError);
  EXPECT_THROW(check_time_density({.mean = NAN}), UsageError);
  EXPECT_THROW(check_time_density({.shift = -1}), UsageError);
  EXPECT_THROW(check_time_density({.shift = INFINITY}), UsageError);
}

}  // namespace
}  // namespace flowreel
