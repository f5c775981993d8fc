#include "pipeline/train/reflow/carry.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <limits>

#include "errors/error.h"
#include "pipeline/flow/schedule.h"

namespace flowreel {
namespace {

CarryOptions in_steps(int steps, const std::string& solver = "euler") {
  return {solver, schedule_times({.steps = steps}), {}};
}

TEST(Carry, AConstantVelocityIsStraightAndCostsItsSquare) {
  const at::Tensor x_0 = at::linspace(-1, 1, 12).reshape({2, 3, 2});
  const at::Tensor v = at::arange(12, at::kFloat).reshape({2, 3, 2});
  for (const char* solver : {"euler", "midpoint", "ab3", "dopri5"}) {
    const Carried carried =
        carry([&](const at::Tensor&, double) { return v; }, x_0, in_steps(5, solver));
    EXPECT_TRUE(at::allclose(carried.x_1, x_0 + v, 1e-5, 1e-5)) << solver;
    EXPECT_LT(carried.straightness.max().item<double>(), 1e-3) << solver;
    EXPECT_NEAR(carried.transport[0].item<double>(), 0 + 1 + 4 + 9 + 16 + 25, 1e-3) << solver;
    EXPECT_NEAR(carried.transport[1].item<double>(), 36 + 49 + 64 + 81 + 100 + 121, 1e-2);
  }
}

// Along v = c t, x_1 - x_0 = c / 2 and the integral of (c t - c / 2)^2 is c^2 / 12 per element.
TEST(Carry, StraightnessMeetsItsIntegral) {
  const at::Tensor c = at::tensor({1.0f, 3.0f}).reshape({2, 1});
  const Velocity bent = [&](const at::Tensor& x, double t) {
    return (c * t).expand(x.sizes()).contiguous();
  };
  const Carried carried = carry(bent, at::zeros({2, 4}), in_steps(200, "midpoint"));
  EXPECT_NEAR(carried.straightness[0].item<double>(), 4 * 1.0 / 12, 1e-4);
  EXPECT_NEAR(carried.straightness[1].item<double>(), 4 * 9.0 / 12, 1e-3);
  EXPECT_NEAR(carried.transport[1].item<double>(), 4 * 9.0 / 4, 1e-3);
}

// A way and back again ends where it began, and is not straight.
TEST(Carry, ARoundTripIsNotStraight) {
  const Velocity back = [](const at::Tensor& x, double t) {
    return at::full(x.sizes(), t < 0.5 ? 1.0 : -1.0);
  };
  const Carried carried = carry(back, at::zeros({1, 1}), in_steps(10));
  EXPECT_NEAR(carried.transport.item<double>(), 0, 1e-9);
  EXPECT_NEAR(carried.straightness.item<double>(), 1, 1e-6);
}

TEST(Carry, StopsWhenAsked) {
  CarryOptions options = in_steps(5);
  int steps = 0;
  options.check_stop = [&] {
    if (++steps == 3) throw Interrupted("enough");
  };
  const Velocity still = [](const at::Tensor& x, double) { return at::zeros_like(x); };
  EXPECT_THROW(carry(still, at::zeros({1, 1}), options), Interrupted);
  EXPECT_EQ(steps, 3);
}

TEST(Carry, RefusesWhatIsNoWay) {
  const Velocity still = [](const at::Tensor& x, double) { return at::zeros_like(x); };
  for (const char* solver : {"ddpm", "sde", "nonsense"})
    EXPECT_THROW(carry(still, at::zeros({1, 1}), in_steps(2, solver)), UsageError) << solver;
  EXPECT_THROW(carry(still, at::zeros({1, 1}), {}), UsageError);
  const Velocity wild = [](const at::Tensor& x, double) {
    return at::full(x.sizes(), std::numeric_limits<double>::infinity());
  };
  EXPECT_THROW(carry(wild, at::zeros({1, 1}), in_steps(2)), NumericsError);
}

}  // namespace
}  // namespace flowreel
