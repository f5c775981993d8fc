// What is learned on a Gaussian target, against the closed form.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "pipeline/flow/diffusion.h"
#include "pipeline/train/cfm.h"
#include "pipeline/train/ddpm.h"
#include "pipeline/train/toy/fit.h"

namespace flowreel {
namespace {

constexpr double kStd = 0.5;
const at::Tensor kMean = at::tensor({1.0, -0.5}, at::kDouble);

at::Tensor gaussian(int64_t count, const Draw& draw) {
  return (draw.normal({count, 2}, Use::kData).to(at::kDouble) * kStd + kMean).to(at::kFloat);
}

// With x_0 ~ N(0, I) and x_1 ~ N(mu, s^2 I), x_t ~ N(t mu, var_t I), var_t = (1 - t)^2 + t^2 s^2,
// and regressing jointly Gaussian variables on x_t gives
//   E[x_1 | x_t = x] = mu + t s^2 / var_t (x - t mu),   E[x_0 | x_t = x] = (1 - t) / var_t (x - t
//   mu),
// whose difference is the velocity that minimises the loss of cfm.
double variance_at(double t) { return (1 - t) * (1 - t) + t * t * kStd * kStd; }
at::Tensor exact_velocity(const at::Tensor& x, double t) {
  return kMean + (t * kStd * kStd - (1 - t)) / variance_at(t) * (x - t * kMean);
}

// The root mean square error of v over the states that the path visits, relative to that of the
// exact velocity.
double relative_error(const Velocity& v) {
  double error = 0, size = 0;
  for (double t : {0.05, 0.25, 0.5, 0.75, 0.95}) {
    const at::Tensor z = Draw{99, 0}.normal({2000, 2}, Use::kNoise).to(at::kDouble);
    const at::Tensor x = t * kMean + std::sqrt(variance_at(t)) * z;
    const at::Tensor exact = exact_velocity(x, t);
    error += (v(x.to(at::kFloat), t) - exact).square().mean().item<double>();
    size += exact.square().mean().item<double>();
  }
  return std::sqrt(error / size);
}

const FitOptions kBudget = {.steps = 600, .batch = 256, .lr = 1e-2, .seed = 1};

TEST(FitGaussian, CfmLearnsTheMarginalVelocity) {
  PointNetwork network(64);
  const double loss = fit(network, cfm(batch_network(network)), gaussian, kBudget);
  EXPECT_LT(relative_error(field_of(network)), 0.06);
  // What no network can know: the loss of the exact velocity, the mean over t of s^2 / var_t, which
  // is s pi/2.
  EXPECT_NEAR(loss, kStd * M_PI / 2, 0.05);
}

TEST(FitGaussian, NoisePredictionLearnsTheSameVelocity) {
  PointNetwork network(64);
  fit(network, ddpm_objective(batch_network(network)), gaussian, kBudget);
  const Velocity v = velocity_from_noise_prediction(field_of(network), BetaSchedule());
  EXPECT_LT(relative_error(v), 0.15);
}

TEST(FitGaussian, SameSeedSameBits) {
  const auto train = [](uint64_t seed) {
    PointNetwork network(16);
    return fit(network, cfm(batch_network(network), {.optimal_pairing = true}), gaussian,
               {.steps = 20, .batch = 32, .seed = seed});
  };
  EXPECT_EQ(train(1), train(1));
  EXPECT_NE(train(1), train(2));
}

}  // namespace
}  // namespace flowreel
