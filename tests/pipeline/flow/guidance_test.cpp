#include "pipeline/flow/guidance.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <limits>

#include "errors/error.h"

namespace flowreel {
namespace {

const at::Tensor kState = at::tensor({1.0f, -2.0f, 0.5f}).reshape({1, 3});

at::Tensor positive(const at::Tensor& x, double t) { return x * 3 + t; }
at::Tensor negative(const at::Tensor& x, double t) { return x - t; }

TEST(Guidance, ExtrapolatesFromNegativeToPositive) {
  const at::Tensor v_pos = positive(kState, 0.25);
  const at::Tensor v_neg = negative(kState, 0.25);
  const at::Tensor v = guided(positive, negative, {6.0})(kState, 0.25);
  EXPECT_TRUE(at::equal(v, v_neg + 6.0 * (v_pos - v_neg)));
  EXPECT_FALSE(at::equal(v, v_pos));
}

TEST(Guidance, ZeroIsNegativeAndEqualVelocitiesStay) {
  EXPECT_TRUE(at::equal(guided(positive, negative, {0.0})(kState, 0.5), negative(kState, 0.5)));
  EXPECT_TRUE(at::equal(guided(positive, positive, {9.0})(kState, 0.5), positive(kState, 0.5)));
}

TEST(Guidance, OneIsPositiveAndCostsNoSecondPass) {
  const Velocity never = [](const at::Tensor&, double) -> at::Tensor {
    throw NumericsError("called");
  };
  EXPECT_TRUE(at::equal(guided(positive, never, {1.0})(kState, 0.5), positive(kState, 0.5)));
}

// diffusers' rescale_noise_cfg: guided * (std of positive / std of guided), in the share asked for.
TEST(Guidance, RescaledHasTheSpreadOfThePositive) {
  const at::Tensor x = at::cat({kState, kState * kState});
  const at::Tensor v_pos = positive(x, 0.25), plain = guided(positive, negative, {6.0})(x, 0.25);
  const at::Tensor whole = guided(positive, negative, {6.0, 1.0})(x, 0.25);
  EXPECT_TRUE(at::allclose(whole.std(1), v_pos.std(1), 1e-6));
  EXPECT_TRUE(at::allclose(whole, plain * (v_pos.std(1) / plain.std(1)).unsqueeze(1), 1e-6));
  const at::Tensor half = guided(positive, negative, {6.0, 0.5})(x, 0.25);
  EXPECT_TRUE(at::allclose(half, (whole + plain) / 2, 1e-6));
}

TEST(Guidance, AnIntervalGuidesWithinItAlone) {
  int calls = 0;
  const Velocity counted = [&](const at::Tensor& x, double t) { return ++calls, negative(x, t); };
  const Velocity v = guided(positive, counted, {6.0, 0, 0.25, 0.75});
  for (const double t : {0.0, 0.2, 0.8, 1.0})
    EXPECT_TRUE(at::equal(v(kState, t), positive(kState, t))) << t;
  EXPECT_EQ(calls, 0) << "the negative pass is saved";
  const Velocity everywhere = guided(positive, negative, {6.0});
  for (const double t : {0.25, 0.5, 0.75})
    EXPECT_TRUE(at::equal(v(kState, t), everywhere(kState, t))) << t;
}

TEST(Guidance, OnePassOverADoubledBatchIsTheSame) {
  const at::Tensor x = at::cat({kState, kState * 2});
  int calls = 0;
  const Velocity both = [&](const at::Tensor& xx, double t) {
    ++calls;
    EXPECT_EQ(xx.size(0), 4);
    return at::cat({negative(xx.narrow(0, 0, 2), t), positive(xx.narrow(0, 2, 2), t)});
  };
  const at::Tensor v = guided_batched(both, 4.0)(x, 0.75);
  EXPECT_TRUE(at::equal(v, guided(positive, negative, {4.0})(x, 0.75)));
  EXPECT_EQ(calls, 1);
}

TEST(Guidance, RejectsBadScalesAndBadBatches) {
  EXPECT_THROW(guided(positive, negative, {std::numeric_limits<double>::quiet_NaN()}), UsageError);
  EXPECT_THROW(guided(positive, negative, {2, 1.5}), UsageError);
  EXPECT_THROW(guided(positive, negative, {2, 0, 0.5, 0.5}), UsageError);
  EXPECT_THROW(guided(positive, negative, {2, 0, -0.5, 0.5}), UsageError);
  EXPECT_THROW(guided_batched(positive, std::numeric_limits<double>::infinity()), UsageError);
  const Velocity half = [](const at::Tensor& xx, double) { return xx.narrow(0, 0, 1); };
  EXPECT_THROW(guided_batched(half, 2.0)(kState, 0.5), NumericsError);
}

}  // namespace
}  // namespace flowreel
