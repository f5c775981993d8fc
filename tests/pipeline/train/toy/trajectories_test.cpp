#include "pipeline/train/toy/trajectories.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

namespace flowreel {
namespace {

std::vector<double> even_times(int n) {
  std::vector<double> times;
  for (int i = 0; i <= n; ++i) times.push_back(static_cast<double>(i) / n);
  return times;
}

const at::Tensor kStart = at::tensor({1.0, 0.0, 0.0, 2.0}, at::kDouble).reshape({2, 2});

TEST(Trajectories, StraightOnesHaveNoExcess) {
  const Velocity v = [](const at::Tensor& x, double) {
    return at::tensor({3.0, -4.0}, at::kDouble).expand_as(x);
  };
  const at::Tensor states = trace(v, kStart, even_times(10));
  ASSERT_EQ(states.sizes(), at::IntArrayRef({11, 2, 2}));
  EXPECT_TRUE(at::equal(states[0], kStart));
  EXPECT_NEAR(excess_length(states), 0, 1e-12);
  EXPECT_NEAR(straightness(states, even_times(10)), 0, 1e-12);
}

// Half a circle at speed pi r: length pi r against 2 r; E|v|^2 - |x_1 - x_0|^2 = (pi^2 - 4) r^2.
TEST(Trajectories, HalfACircle) {
  const Velocity v = [](const at::Tensor& x, double) {
    return M_PI * at::stack({-x.select(1, 1), x.select(1, 0)}, 1);
  };
  const at::Tensor states = trace(v, kStart, even_times(4000));
  EXPECT_NEAR(excess_length(states), M_PI / 2 - 1, 2e-3);
  EXPECT_NEAR(straightness(states, even_times(4000)), (M_PI * M_PI - 4) * 2.5, 0.05);
}

// A straight line at uneven speed is as short as can be, and not straight in Liu's sense.
TEST(Trajectories, UnevenSpeed) {
  const Velocity v = [](const at::Tensor& x, double t) { return at::full_like(x, 2 * t); };
  const at::Tensor states = trace(v, kStart, even_times(1000));
  EXPECT_NEAR(excess_length(states), 0, 1e-12);
  // Integral of (2t - 1)^2 over both coordinates.
  EXPECT_NEAR(straightness(states, even_times(1000)), 2.0 / 3, 1e-2);
}

TEST(Trajectories, VariancePreservingKeepsTheVariance) {
  const std::vector<double> times = {0.0, 0.5, 1.0};
  const at::Tensor states = variance_preserving(at::ones({3, 1, 2}, at::kDouble), times);
  EXPECT_NEAR(states[0][0][0].item<double>(), 1, 1e-12);
  EXPECT_NEAR(states[1][0][0].item<double>(), std::sqrt(2.0), 1e-12);
  EXPECT_NEAR(states[2][0][0].item<double>(), 1, 1e-12);
}

}  // namespace
}  // namespace flowreel
