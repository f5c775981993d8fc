// ddim and ddpm against the formulas of their papers, written in the papers' own coordinates, and
// on a Gaussian target, where everything is known in closed form.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "errors/error.h"
#include "pipeline/flow/diffusion.h"
#include "pipeline/flow/noise.h"
#include "pipeline/flow/solver.h"

namespace flowreel {
namespace {

const BetaSchedule kSchedule(BetaLaw::kLinear);

// Data N(mu, s^2): in x^n, of variance alpha_bar s^2 + 1 - alpha_bar, the expected noise is
// sqrt(1 - alpha_bar) (x - sqrt(alpha_bar) mu) / variance.
constexpr double kMean = 0.7, kStd = 0.4;
at::Tensor gaussian_noise(const at::Tensor& x, double time) {
  const double a = kSchedule.alpha_bar(static_cast<int>(std::lround((1 - time) * 1000)));
  return std::sqrt(1 - a) * (x - std::sqrt(a) * kMean) / (a * kStd * kStd + 1 - a);
}

// Any nonlinear field, for identities that hold whatever the network says.
at::Tensor wavy_noise(const at::Tensor& x, double time) { return at::sin(2 * x + time) + 0.3 * x; }

at::Tensor points() { return at::linspace(-2, 2, 9, at::kDouble); }

TEST(SolverDiffusion, DdimIsThatOfThePaper) {
  for (int count : {1, 4, 50}) {
    at::Tensor x = points();
    for (int i = count; i > 0; --i) {
      const int n = 1000 * i / count, next = 1000 * (i - 1) / count;
      const double a = kSchedule.alpha_bar(n), b = kSchedule.alpha_bar(next);
      const at::Tensor epsilon = wavy_noise(x, 1 - n / 1000.0);
      // Song et al., eq. 12 with sigma = 0.
      x = std::sqrt(b) * (x - std::sqrt(1 - a) * epsilon) / std::sqrt(a) +
          std::sqrt(1 - b) * epsilon;
    }
    const at::Tensor ours = ddim(velocity_from_noise_prediction(wavy_noise, kSchedule),
                                 diffusion_start(points(), kSchedule.flow_time(1000)),
                                 diffusion_times(kSchedule, count));
    EXPECT_TRUE(at::allclose(ours, x, 1e-9)) << count << "\n" << ours << x;
  }
}

// set_timesteps and step of diffusers' DDIMScheduler with timestep_spacing "leading", which counts
// steps from 0: its timestep k is n = k + 1, and what is below 0 is data.
TEST(SolverDiffusion, TheLeadingGridIsThatOfDiffusers) {
  const BetaSchedule cosine(BetaLaw::kCosine, 1000);
  for (const BetaSchedule& schedule : {kSchedule, cosine}) {
    for (int count : {1, 6, 50}) {
      const int stride = 1000 / count;
      at::Tensor x = points();
      for (int k = (count - 1) * stride; k >= 0; k -= stride) {
        const double a = schedule.alpha_bar(k + 1);
        const double b = k - stride >= 0 ? schedule.alpha_bar(k - stride + 1) : 1;
        const at::Tensor epsilon = wavy_noise(x, 1 - (k + 1) / 1000.0);
        x = std::sqrt(b) * (x - std::sqrt(1 - a) * epsilon) / std::sqrt(a) +
            std::sqrt(1 - b) * epsilon;
      }
      const std::vector<double> times = leading_diffusion_times(schedule, count);
      const at::Tensor ours = ddim(velocity_from_noise_prediction(wavy_noise, schedule),
                                   diffusion_start(points(), times.front()), times);
      EXPECT_TRUE(at::allclose(ours, x, 1e-9)) << count << "\n" << ours << x;
    }
  }
  EXPECT_THROW(leading_diffusion_times(kSchedule, 0), UsageError);
  EXPECT_THROW(leading_diffusion_times(kSchedule, 1001), UsageError);
}

// Over all T steps: the posterior of Ho et al., eq. 7, with the same noise.
TEST(SolverDiffusion, DdpmIsThatOfThePaper) {
  constexpr uint64_t kSeed = 11;
  at::Tensor x = points();
  for (int n = 1000; n > 0; --n) {
    const double a = kSchedule.alpha_bar(n), b = kSchedule.alpha_bar(n - 1), beta = 1 - a / b;
    const at::Tensor x_1 = data_from_noise(x, wavy_noise(x, 1 - n / 1000.0), a);
    const at::Tensor mean =
        std::sqrt(b) * beta / (1 - a) * x_1 + std::sqrt(1 - beta) * (1 - b) / (1 - a) * x;
    const auto stream = substream(Stream::kSolverStep, 1000 - n);
    x = mean + std::sqrt((1 - b) / (1 - a) * beta) * philox_normal({9}, kSeed, stream);
  }
  const at::Tensor ours = ddpm(velocity_from_noise_prediction(wavy_noise, kSchedule),
                               diffusion_start(points(), kSchedule.flow_time(1000)),
                               diffusion_times(kSchedule, 1000), {{}, kSeed});
  EXPECT_TRUE(at::allclose(ours, x, 1e-6, 1e-6)) << ours << x;
}

// The probability flow of a Gaussian keeps (x - mean)/std of the marginal.
TEST(SolverDiffusion, DdimOnAGaussianConvergesWithOrderOne) {
  const double a = kSchedule.alpha_bar(1000);
  const at::Tensor score = (points() - std::sqrt(a) * kMean) / std::sqrt(a * kStd * kStd + 1 - a);
  const at::Tensor exact = kMean + kStd * score;
  const auto error = [&](int count) {
    const at::Tensor x_1 = ddim(velocity_from_noise_prediction(gaussian_noise, kSchedule),
                                diffusion_start(points(), kSchedule.flow_time(1000)),
                                diffusion_times(kSchedule, count));
    return (x_1 - exact).abs().max().item<double>();
  };
  EXPECT_LT(error(500), 1e-2);
  EXPECT_NEAR(std::log2(error(125) / error(250)), 1.0, 0.15);
}

TEST(SolverDiffusion, DdpmReproducesMeanAndVarianceOfAGaussian) {
  const at::Tensor z = philox_normal({5000}, 3).to(at::kDouble);
  const at::Tensor x =
      ddpm(velocity_from_noise_prediction(gaussian_noise, kSchedule),
           diffusion_start(z, kSchedule.flow_time(1000)), diffusion_times(kSchedule, 250), {{}, 5});
  // Four standard errors of 5000 samples.
  EXPECT_NEAR(x.mean().item<double>(), kMean, 4 * kStd / std::sqrt(5000.0));
  EXPECT_NEAR(x.var().item<double>() / (kStd * kStd), 1.0, 0.08);
  // It forgets where it began, which an ODE does not.
  const double correlation = ((x - kMean) * z).mean().item<double>() / kStd;
  EXPECT_LT(std::abs(correlation), 0.05);
}

// A flow model's velocity, of data N(mu, s^2): v = mu + (t s^2 - (1 - t)) / var(x_t) (x - t mu).
TEST(SolverDiffusion, WhatAddsNoiseKeepsTheMarginalsOfAFlowModel) {
  const Velocity v = [](const at::Tensor& x, double t) {
    const double variance = (1 - t) * (1 - t) + t * t * kStd * kStd;
    return kMean + (t * kStd * kStd - (1 - t)) / variance * (x - t * kMean);
  };
  std::vector<double> times;
  for (int i = 0; i <= 200; ++i) times.push_back(i / 200.0);
  const at::Tensor x_0 = philox_normal({20000}, 3).to(at::kDouble);
  for (const Solver& solver : solvers()) {
    if (solver.order != kStochastic) continue;
    const auto check = [&](int step, double t, at::Tensor x) {
      if (step % 50 != 49) return x;
      const double variance = (1 - t) * (1 - t) + t * t * kStd * kStd;
      EXPECT_NEAR(x.mean().item<double>(), t * kMean, 0.03) << solver.name << t;
      EXPECT_NEAR(x.var().item<double>() / variance, 1, 0.08) << solver.name << t;
      return x;
    };
    const at::Tensor x_1 = solver.solve(v, x_0, times, {check, 5});
    // Unlike an ODE, it forgets where it began.
    const double correlation = ((x_1 - kMean) * x_0).mean().item<double>() / kStd;
    EXPECT_LT(std::abs(correlation), 0.3) << solver.name;
  }
}

TEST(SolverDiffusion, WhatAddsNoiseIsAFunctionOfItsSeed) {
  const Velocity v = [](const at::Tensor& x, double) { return -x; };
  const std::vector<double> times = {0, 0.5, 1};
  for (const auto solve : {ddpm, sde}) {
    const auto run = [&](uint64_t seed) { return solve(v, at::ones({4}), times, {{}, seed}); };
    EXPECT_TRUE(at::equal(run(1), run(1)));
    EXPECT_FALSE(at::equal(run(1), run(2)));
  }
}

TEST(SolverDiffusion, TheseGoFromNoiseToDataOnly) {
  const Velocity v = [](const at::Tensor& x, double) { return x; };
  for (const auto solve : {ddpm, sde, dpmpp2m, unipc}) {
    EXPECT_THROW(solve(v, at::ones({2}), {1.0, 0.5}, {}), UsageError);
    EXPECT_THROW(solve(v, at::ones({2}), {0.5, 1.5}, {}), UsageError);
    EXPECT_THROW(solve(v, at::ones({2}), {-0.5, 0.5}, {}), UsageError);
  }
}

}  // namespace
}  // namespace flowreel
