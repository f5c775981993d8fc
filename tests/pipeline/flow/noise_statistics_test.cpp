#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "pipeline/flow/noise.h"

namespace flowreel {
namespace {

// Bounds are five standard deviations of each statistic for n independent normal values.
constexpr int64_t kCount = 2000000;

class NoiseStatistics : public ::testing::Test {
 protected:
  const at::Tensor x_ = philox_normal({kCount}, 20240607).to(at::kDouble);
  const double n_ = static_cast<double>(kCount);
};

TEST_F(NoiseStatistics, Moments) {
  const auto moment = [&](int k) { return x_.pow(k).mean().item<double>(); };
  EXPECT_NEAR(moment(1), 0.0, 5 * std::sqrt(1 / n_));
  EXPECT_NEAR(moment(2), 1.0, 5 * std::sqrt(2 / n_));
  EXPECT_NEAR(moment(3), 0.0, 5 * std::sqrt(15 / n_));
  EXPECT_NEAR(moment(4), 3.0, 5 * std::sqrt(96 / n_));
}

// Kolmogorov and Smirnov: sqrt(n) D is above 1.95 once in a thousand.
TEST_F(NoiseStatistics, Distribution) {
  const at::Tensor sorted = std::get<0>(x_.sort());
  const at::Tensor cdf = at::special_erfc(sorted * -std::sqrt(0.5)) / 2;
  const at::Tensor rank = at::arange(kCount, at::kDouble);
  const double above = ((rank + 1) / n_ - cdf).max().item<double>();
  const double below = (cdf - rank / n_).max().item<double>();
  EXPECT_LT(std::sqrt(n_) * std::max(above, below), 1.95);
}

TEST_F(NoiseStatistics, TailsAreThere) {
  EXPECT_GT(x_.max().item<double>(), 4.6);
  EXPECT_LT(x_.min().item<double>(), -4.6);
  EXPECT_NEAR((x_.abs() > 3).to(at::kDouble).sum().item<double>(), n_ * 0.0026998,
              5 * std::sqrt(n_ * 0.0027));
}

TEST_F(NoiseStatistics, NeighboursAndStreamsAreUncorrelated) {
  const auto expect_uncorrelated = [&](const at::Tensor& a, const at::Tensor& b) {
    const auto n = static_cast<double>(a.numel());
    EXPECT_NEAR((a * b).mean().item<double>(), 0.0, 5 / std::sqrt(n));
    EXPECT_NEAR(((a * a - 1) * (b * b - 1)).mean().item<double>(), 0.0, 10 / std::sqrt(n));
  };
  for (int64_t lag : {1, 2, 3, 4, 5, 16}) {
    expect_uncorrelated(x_.narrow(0, lag, kCount - lag), x_.narrow(0, 0, kCount - lag));
  }
  expect_uncorrelated(x_, philox_normal({kCount}, 20240608).to(at::kDouble));
  expect_uncorrelated(x_, philox_normal({kCount}, 20240607, Stream::kVaeSample).to(at::kDouble));
  expect_uncorrelated(x_,
                      philox_normal({kCount}, 20240607, Stream::kInitialLatent, 1).to(at::kDouble));
}

}  // namespace
}  // namespace flowreel
