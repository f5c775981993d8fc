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
  const at::Tensor v = guided(positive, negative, 6.0)(kState, 0.25);
  EXPECT_TRUE(at::equal(v, v_neg + 6.0 * (v_pos - v_neg)));
  EXPECT_FALSE(at::equal(v, v_pos));
}

TEST(Guidance, ZeroIsNegativeAndEqualVelocitiesStay) {
  EXPECT_TRUE(at::equal(guided(positive, negative, 0.0)(kState, 0.5), negative(kState, 0.5)));
  EXPECT_TRUE(at::equal(guided(positive, positive, 9.0)(kState, 0.5), positive(kState, 0.5)));
}

TEST(Guidance, OneIsPositiveAndCostsNoSecondPass) {
  const Velocity never = [](const at::Tensor&, double) -> at::Tensor {
    throw NumericsError("called");
  };
  EXPECT_TRUE(at::equal(guided(positive, never, 1.0)(kState, 0.5), positive(kState, 0.5)));
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
  EXPECT_TRUE(at::equal(v, guided(positive, negative, 4.0)(x, 0.75)));
  EXPECT_EQ(calls, 1);
}

TEST(Guidance, RejectsBadScalesAndBadBatches) {
  EXPECT_THROW(guided(positive, negative, std::numeric_limits<double>::quiet_NaN()), UsageError);
  EXPECT_THROW(guided_batched(positive, std::numeric_limits<double>::infinity()), UsageError);
  const Velocity half = [](const at::Tensor& xx, double) { return xx.narrow(0, 0, 1); };
  EXPECT_THROW(guided_batched(half, 2.0)(kState, 0.5), NumericsError);
}

}  // namespace
}  // namespace flowreel
