#include "pipeline/train/regression.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "errors/error.h"

namespace flowreel {
namespace {

TEST(Regression, MeanOverAllElementsInFloat32) {
  const at::Tensor output = at::tensor({1.0f, 2.0f, 3.0f, 4.0f}).to(at::kBFloat16).reshape({2, 2});
  const Loss loss = regression_loss(output, at::zeros({2, 2}));
  EXPECT_EQ(loss.total.scalar_type(), at::kFloat);
  EXPECT_EQ(loss.total.item<float>(), 7.5f);
}

TEST(Regression, RefusesAnOutputThatWouldBroadcast) {
  EXPECT_THROW(regression_loss(at::ones({2, 1}), at::ones({2, 2})), NumericsError);
}

TEST(Regression, RefusesUnfitBatches) {
  EXPECT_NO_THROW(check_batch({at::ones({2, 3}), {}}));
  EXPECT_NO_THROW(check_batch({at::ones({2, 3}), {"a", "b"}}));
  EXPECT_THROW(check_batch({}), DataError);
  EXPECT_THROW(check_batch({at::ones({0, 3}), {}}), DataError);
  EXPECT_THROW(check_batch({at::ones({2}, at::kByte), {}}), DataError);
  EXPECT_THROW(check_batch({at::ones({2, 3}), {"a"}}), DataError);
}

}  // namespace
}  // namespace flowreel
