#include "pipeline/train/toy/sliced_wasserstein.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "errors/error.h"
#include "pipeline/flow/noise.h"

namespace flowreel {
namespace {

TEST(SlicedWasserstein, IsZeroForTheSamePointsInAnyOrder) {
  const at::Tensor x = philox_normal({500, 2}, 1);
  EXPECT_EQ(sliced_wasserstein(x, x.flip(0)), 0);
}

// A shift by d is |<d, theta>| in every projection, whose mean square is |d|^2 over the dimension.
TEST(SlicedWasserstein, OfAShift) {
  const at::Tensor x = philox_normal({500, 2}, 1);
  const at::Tensor shift = at::tensor({3.0f, 4.0f});
  EXPECT_NEAR(sliced_wasserstein(x, x + shift), 5 / std::sqrt(2.0), 1e-6);
  const at::Tensor y = philox_normal({500, 3}, 1);
  EXPECT_NEAR(sliced_wasserstein(y, y + at::tensor({2.0f, 0.0f, 0.0f}), 4000), 2 / std::sqrt(3.0),
              0.03);
}

// W_2 between N(0, a^2) and N(0, b^2) on a line is |a - b|.
TEST(SlicedWasserstein, OfTwoGaussians) {
  const at::Tensor x = philox_normal({20000, 2}, 1), y = philox_normal({20000, 2}, 2);
  EXPECT_NEAR(sliced_wasserstein(x, 3 * y), 2, 0.06);
  EXPECT_LT(sliced_wasserstein(x, y), 0.04);
}

TEST(SlicedWasserstein, RefusesUnfitClouds) {
  EXPECT_THROW(sliced_wasserstein(at::ones({2, 2}), at::ones({3, 2})), UsageError);
  EXPECT_THROW(sliced_wasserstein(at::ones({2}), at::ones({2})), UsageError);
  EXPECT_THROW(sliced_wasserstein(at::ones({0, 2}), at::ones({0, 2})), UsageError);
}

}  // namespace
}  // namespace flowreel
