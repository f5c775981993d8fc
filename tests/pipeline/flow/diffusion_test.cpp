#include "pipeline/flow/diffusion.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "errors/error.h"

namespace flowreel {
namespace {

const BetaSchedule kLinear(BetaLaw::kLinear);
const BetaSchedule kCosine(BetaLaw::kCosine);

double beta(const BetaSchedule& schedule, int n) {
  return 1 - schedule.alpha_bar(n) / schedule.alpha_bar(n - 1);
}

TEST(BetaSchedule, LinearIsThatOfHo) {
  EXPECT_EQ(kLinear.steps(), 1000);
  EXPECT_EQ(kLinear.alpha_bar(0), 1.0);
  EXPECT_NEAR(beta(kLinear, 1), 1e-4, 1e-12);
  EXPECT_NEAR(beta(kLinear, 1000), 0.02, 1e-12);
  EXPECT_NEAR(beta(kLinear, 500) - beta(kLinear, 499), (0.02 - 1e-4) / 999, 1e-12);
  // "L_T = D_KL(q(x_T | x_0) || N(0, I)) is about 1e-5 bits per dimension": the signal is gone.
  EXPECT_NEAR(kLinear.alpha_bar(1000), 4.0358e-5, 1e-8);
}

TEST(BetaSchedule, CosineIsThatOfNichol) {
  const auto f = [](double u) { return std::pow(std::cos((u + 0.008) / 1.008 * M_PI / 2), 2); };
  for (int n : {1, 10, 250, 500, 900, 990}) {
    EXPECT_NEAR(kCosine.alpha_bar(n), f(n / 1000.0) / f(0), 1e-12) << n;
  }
  EXPECT_NEAR(beta(kCosine, 1000), 0.999, 1e-12);
  EXPECT_GT(kCosine.alpha_bar(1000), 0);
}

TEST(BetaSchedule, OtherNumbersOfStepsNoiseAsMuch) {
  EXPECT_NEAR(std::log(BetaSchedule(BetaLaw::kLinear, 4000).alpha_bar(4000)),
              std::log(kLinear.alpha_bar(1000)), 0.1);
  EXPECT_NEAR(BetaSchedule(BetaLaw::kCosine, 100).alpha_bar(50), kCosine.alpha_bar(500), 1e-12);
}

TEST(BetaSchedule, TimesAndStepsAreInverse) {
  for (const BetaSchedule& schedule : {kLinear, kCosine}) {
    EXPECT_EQ(schedule.flow_time(0), 1.0);
    for (int n = 0; n <= 1000; ++n) {
      const double t = schedule.flow_time(n);
      const double a = schedule.alpha_bar(n);
      EXPECT_NEAR((1 - t) * std::sqrt(a), t * std::sqrt(1 - a), 1e-12) << n;
      EXPECT_NEAR(schedule.step_at(t), n, 1e-9);
    }
    const double between = (schedule.flow_time(300) + schedule.flow_time(301)) / 2;
    EXPECT_NEAR(schedule.step_at(between), 300.5, 1e-9);
  }
}

TEST(BetaSchedule, RefusesWhatItDoesNotHold) {
  EXPECT_THROW(BetaSchedule(BetaLaw::kCosine, 0), UsageError);
  EXPECT_THROW(BetaSchedule(BetaLaw::kLinear, 20), UsageError);
  EXPECT_THROW(kLinear.alpha_bar(1001), UsageError);
  EXPECT_THROW(kLinear.flow_time(-1), UsageError);
  EXPECT_THROW(kLinear.step_at(0), UsageError);
  EXPECT_THROW(kLinear.step_at(1.01), UsageError);
  EXPECT_THROW(kLinear.step_at(NAN), UsageError);
}

TEST(Diffusion, TimesWalkTheStepsEvenly) {
  const std::vector<double> times = diffusion_times(kLinear, 4);
  ASSERT_EQ(times.size(), 5u);
  for (int i = 0; i <= 4; ++i) EXPECT_EQ(times[i], kLinear.flow_time(1000 - 250 * i));
  EXPECT_EQ(diffusion_times(kLinear, 1000).size(), 1001u);
  EXPECT_THROW(diffusion_times(kLinear, 0), UsageError);
  EXPECT_THROW(diffusion_times(kLinear, 1001), UsageError);
}

TEST(Diffusion, NoiseAndDataImplyEachOther) {
  const at::Tensor x_0 = at::tensor({0.5, -1.0}, at::kDouble);
  const at::Tensor x_1 = at::tensor({2.0, 3.0}, at::kDouble);
  const double a = kLinear.alpha_bar(400);
  const at::Tensor x_n = std::sqrt(a) * x_1 + std::sqrt(1 - a) * x_0;
  EXPECT_TRUE(at::allclose(data_from_noise(x_n, x_0, a), x_1, 1e-12));
  EXPECT_TRUE(at::allclose(noise_from_data(x_n, x_1, a), x_0, 1e-12));
}

// A network that knows the noise gives the velocity of the straight path, and is asked for it at
// the state and time of its own training.
TEST(Diffusion, AKnownNoiseIsAKnownVelocity) {
  const at::Tensor x_0 = at::tensor({0.5, -1.0}, at::kDouble);
  const at::Tensor x_1 = at::tensor({2.0, 3.0}, at::kDouble);
  for (int n : {1, 137, 1000}) {
    const double a = kLinear.alpha_bar(n), t = kLinear.flow_time(n);
    const NoisePrediction network = [&](const at::Tensor& x, double time) {
      EXPECT_NEAR(time, 1 - n / 1000.0, 1e-12);
      EXPECT_TRUE(at::allclose(x, std::sqrt(a) * x_1 + std::sqrt(1 - a) * x_0, 1e-12)) << n;
      return x_0;
    };
    const Velocity v = velocity_from_noise_prediction(network, kLinear);
    EXPECT_TRUE(at::allclose(v(interpolate(x_0, x_1, t), t), x_1 - x_0, 1e-9)) << n;
  }
}

TEST(Diffusion, StartsFromItsPrior) {
  const at::Tensor z = at::tensor({0.5, -1.0}, at::kDouble);
  const double a = kLinear.alpha_bar(1000);
  const at::Tensor x = diffusion_start(z, kLinear.flow_time(1000));
  EXPECT_TRUE(at::allclose(x * (std::sqrt(a) + std::sqrt(1 - a)), z, 1e-12));
}

}  // namespace
}  // namespace flowreel
