#include "pipeline/train/ddpm.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "errors/error.h"
#include "tests/pipeline/flow/bits.h"

namespace flowreel {
namespace {

const Draw kDraw = {5, 2};

TEST(Ddpm, ShowsTheNoisedDataAndAsksForTheNoise) {
  const at::Tensor x_1 = at::linspace(-1, 1, 64 * 6).reshape({64, 2, 3}) + 3;
  const at::Tensor x_0 = kDraw.normal(x_1.sizes(), Use::kNoise);
  const BetaSchedule schedule(BetaLaw::kCosine, 50);
  const BatchNetwork network = [&](const at::Tensor& x, const at::Tensor& time,
                                   const std::vector<std::string>&) {
    for (int64_t i = 0; i < 64; ++i) {
      const double n = (1 - time[i].item<double>()) * 50;
      EXPECT_NEAR(n, std::round(n), 1e-4);
      const double a = schedule.alpha_bar(static_cast<int>(std::lround(n)));
      const at::Tensor expected = std::sqrt(a) * x_1[i] + std::sqrt(1 - a) * x_0[i];
      EXPECT_TRUE(at::allclose(x[i], expected, 1e-5, 1e-5)) << n;
    }
    return at::zeros_like(x);
  };
  const Loss loss = ddpm_objective(network, {schedule})({x_1, {}}, kDraw);
  EXPECT_NEAR(loss.total.item<double>(), x_0.square().mean().item<double>(), 1e-5);
}

TEST(Ddpm, DrawsEveryStepFromOneToTheLastAlike) {
  at::Tensor seen;
  const BatchNetwork network = [&](const at::Tensor& x, const at::Tensor& time,
                                   const std::vector<std::string>&) {
    seen = at::round((1 - time.to(at::kDouble)) * 4).to(at::kLong);
    return x;
  };
  ddpm_objective(network, {BetaSchedule(BetaLaw::kCosine, 4)})({at::ones({40000, 1}), {}}, kDraw);
  const at::Tensor counts = at::bincount(seen);
  ASSERT_EQ(counts.numel(), 5);
  EXPECT_EQ(counts[0].item<int64_t>(), 0);
  for (int n = 1; n <= 4; ++n) EXPECT_NEAR(counts[n].item<double>(), 10000, 400) << n;
}

TEST(Ddpm, SameDrawSameBits) {
  const BatchNetwork network = [](const at::Tensor& x, const at::Tensor& t,
                                  const std::vector<std::string>&) { return x * t.unsqueeze(1); };
  const Objective objective = ddpm_objective(network);
  const auto bits = [&](const Draw& d) {
    return bits_of(objective({at::ones({9, 2}), {}}, d).total);
  };
  EXPECT_EQ(bits({1, 2}), bits({1, 2}));
  EXPECT_NE(bits({1, 2}), bits({1, 3}));
}

TEST(Ddpm, DropsCaptionsAndRefusesBadOptions) {
  std::vector<std::string> seen;
  const BatchNetwork network = [&](const at::Tensor& x, const at::Tensor&,
                                   const std::vector<std::string>& captions) {
    seen = captions;
    return x;
  };
  ddpm_objective(network, {.caption_dropout = 1})({at::ones({1, 2}), {"a"}}, kDraw);
  EXPECT_EQ(seen, std::vector<std::string>{""});
  EXPECT_THROW(ddpm_objective(network, {.caption_dropout = -1}), UsageError);
}

}  // namespace
}  // namespace flowreel
