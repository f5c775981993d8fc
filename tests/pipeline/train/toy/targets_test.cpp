#include "pipeline/train/toy/targets.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

namespace flowreel {
namespace {

TEST(Targets, HaveMeanZeroAndVarianceOne) {
  for (const PointTarget& target : point_targets()) {
    const at::Tensor x = target.sample(100000, {1, 0}).to(at::kDouble);
    ASSERT_EQ(x.sizes(), at::IntArrayRef({100000, 2})) << target.name;
    for (int i : {0, 1}) {
      EXPECT_NEAR(x.select(1, i).mean().item<double>(), 0, 0.015) << target.name;
      EXPECT_NEAR(x.select(1, i).var().item<double>(), 1, 0.015) << target.name;
    }
  }
}

TEST(Targets, AreFunctionsOfTheDraw) {
  for (const PointTarget& target : point_targets()) {
    EXPECT_TRUE(at::equal(target.sample(64, {1, 2}), target.sample(64, {1, 2}))) << target.name;
    EXPECT_FALSE(at::equal(target.sample(64, {1, 2}), target.sample(64, {1, 3}))) << target.name;
  }
}

TEST(Targets, EightGaussiansLieOnTheirCircle) {
  const at::Tensor x = eight_gaussians(20000, {1, 0}).to(at::kDouble);
  const at::Tensor turn = at::atan2(x.select(1, 1), x.select(1, 0)) / (M_PI / 4);
  EXPECT_EQ(at::bincount(at::round(turn).remainder(8).to(at::kLong)).numel(), 8);
  const at::Tensor radius = x.norm(2, -1);
  EXPECT_NEAR(radius.mean().item<double>(), std::sqrt(1.98), 0.01);
  EXPECT_NEAR(radius.std().item<double>(), 0.1, 0.005);
}

TEST(Targets, CheckerboardFillsEverySecondSquare) {
  const at::Tensor square =
      at::floor(checkerboard(20000, {1, 0}).to(at::kDouble) / (std::sqrt(3.0) / 2) + 2);
  EXPECT_TRUE(square.ge(0).all().item<bool>() && square.le(3).all().item<bool>());
  EXPECT_TRUE(square.sum(1).remainder(2).eq(0).all().item<bool>());
  const at::Tensor index = (square.select(1, 0) * 4 + square.select(1, 1)).to(at::kLong);
  EXPECT_EQ(at::bincount(index).count_nonzero().item<int64_t>(), 8);
}

}  // namespace
}  // namespace flowreel
