#include "pipeline/train/cfm.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "errors/error.h"
#include "tests/pipeline/flow/bits.h"

namespace flowreel {
namespace {

// What the network was shown; it answers with zeros, so that the loss is the mean of target^2.
struct Seen {
  at::Tensor x_t, t;
  std::vector<std::string> captions;
  BatchNetwork network() {
    return [this](const at::Tensor& x, const at::Tensor& time, const std::vector<std::string>& c) {
      x_t = x, t = time, captions = c;
      return at::zeros_like(x);
    };
  }
};

const Draw kDraw = {5, 2};

at::Tensor noise_of(const at::Tensor& x_1) { return kDraw.normal(x_1.sizes(), Use::kNoise); }

TEST(Cfm, ShowsTheStraightPathAndAsksForItsVelocity) {
  const at::Tensor x_1 = at::linspace(-1, 1, 4 * 6).reshape({4, 2, 3}) + 3;
  const at::Tensor x_0 = noise_of(x_1);
  Seen seen;
  const Loss loss = cfm(seen.network())({x_1, {}}, kDraw);
  ASSERT_EQ(seen.t.sizes(), at::IntArrayRef({4}));
  const at::Tensor t = seen.t.reshape({4, 1, 1});
  EXPECT_TRUE(at::allclose(seen.x_t, (1 - t) * x_0 + t * x_1, 1e-6, 1e-6));
  EXPECT_NEAR(loss.total.item<double>(), (x_1 - x_0).square().mean().item<double>(), 1e-5);
  EXPECT_TRUE(loss.terms.empty());
}

TEST(Cfm, IsZeroForTheTrueVelocity) {
  const at::Tensor x_1 = at::ones({4, 3});
  const BatchNetwork truth = [&](const at::Tensor&, const at::Tensor&,
                                 const std::vector<std::string>&) { return x_1 - noise_of(x_1); };
  EXPECT_EQ(cfm(truth)({x_1, {}}, kDraw).total.item<double>(), 0.0);
}

TEST(Cfm, DrawsTimesFromItsDensity) {
  Seen seen;
  const TimeDensity density = {.law = TimeLaw::kLogitNormal, .mean = 2, .std = 0.1, .shift = 3};
  cfm(seen.network(), {.time = density})({at::ones({8, 1}), {}}, kDraw);
  EXPECT_TRUE(at::equal(seen.t, draw_times(8, density, kDraw)));
}

TEST(Cfm, PairingMovesTheNoiseAndLeavesCaptionsWithTheirData) {
  const at::Tensor x_1 = at::arange(16, at::kFloat).reshape({16, 1});
  std::vector<std::string> captions;
  for (int i = 0; i < 16; ++i) captions.push_back(std::to_string(i));
  Seen plain, paired;
  const double before = cfm(plain.network())({x_1, captions}, kDraw).total.item<double>();
  const double after =
      cfm(paired.network(), {.optimal_pairing = true})({x_1, captions}, kDraw).total.item<double>();
  EXPECT_LT(after, before);
  EXPECT_EQ(paired.captions, captions);
  // Along a line the best pairing is by rank.
  const at::Tensor sorted = std::get<0>(noise_of(x_1).sort(0));
  const at::Tensor t = paired.t.unsqueeze(1);
  EXPECT_TRUE(at::allclose(paired.x_t, (1 - t) * sorted + t * x_1, 1e-5, 1e-5));
}

TEST(Cfm, TakesTheNoiseOfABatchThatHasSomeAndLeavesItsPairs) {
  const at::Tensor x_1 = at::arange(16, at::kFloat).reshape({16, 1});
  const at::Tensor x_0 = -x_1;  // the worst pairing there is
  for (bool pairing : {false, true}) {
    Seen seen;
    const Loss loss = cfm(seen.network(), {.optimal_pairing = pairing})({x_1, {}, x_0}, kDraw);
    const at::Tensor t = seen.t.unsqueeze(1);
    EXPECT_TRUE(at::allclose(seen.x_t, (1 - t) * x_0 + t * x_1, 1e-5, 1e-5)) << pairing;
    EXPECT_NEAR(loss.total.item<double>(), (2 * x_1).square().mean().item<double>(), 1e-3);
  }
  EXPECT_THROW(cfm(Seen().network())({x_1, {}, x_0.t()}, kDraw), DataError);
}

TEST(Cfm, DropsCaptions) {
  Seen seen;
  cfm(seen.network(), {.caption_dropout = 1})({at::ones({2, 1}), {"a", "b"}}, kDraw);
  EXPECT_EQ(seen.captions, (std::vector<std::string>{"", ""}));
}

TEST(Cfm, SameDrawSameBits) {
  const at::Tensor x_1 = at::linspace(-1, 1, 32 * 4).reshape({32, 4});
  const BatchNetwork network = [](const at::Tensor& x, const at::Tensor& t,
                                  const std::vector<std::string>&) { return x * t.unsqueeze(1); };
  for (bool pairing : {false, true}) {
    const Objective objective = cfm(network, {.optimal_pairing = pairing});
    const auto bits = [&](const Draw& draw) { return bits_of(objective({x_1, {}}, draw).total); };
    EXPECT_EQ(bits({1, 2}), bits({1, 2}));
    EXPECT_NE(bits({1, 2}), bits({1, 3}));
    EXPECT_NE(bits({1, 2}), bits({2, 2}));
  }
}

TEST(Cfm, RefusesBadOptionsBeforeTheFirstBatch) {
  EXPECT_THROW(cfm({}, {.caption_dropout = 2}), UsageError);
  EXPECT_THROW(cfm({}, {.time = {.shift = 0}}), UsageError);
}

}  // namespace
}  // namespace flowreel
