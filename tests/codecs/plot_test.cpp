#include "codecs/plot.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <limits>

#include "errors/error.h"

namespace flowreel {
namespace {

// Whether some pixel in rows top..bottom-1 and columns left..right-1 is near the first curve's
// blue.
bool has_blue(const at::Tensor& picture, int top, int bottom, int left, int right) {
  const at::Tensor part =
      picture.narrow(0, top, bottom - top).narrow(1, left, right - left).to(at::kInt);
  const at::Tensor blue = at::tensor({31, 119, 180}, at::kInt);
  return (part - blue).abs().sum(-1).lt(30).any().item<bool>();
}

TEST(Plot, DrawsACurveWhereItsValuesAre) {
  PlotOptions options;
  options.log_y = false;
  // From the lower left to the upper right corner.
  const at::Tensor picture = plot_curves({{"a", {{0, 0}, {10, 1}}}}, options);
  EXPECT_EQ(picture.sizes(), at::IntArrayRef({540, 960, 3}));
  EXPECT_TRUE(has_blue(picture, 440, 500, 76, 180));
  EXPECT_TRUE(has_blue(picture, 41, 80, 860, 940));
  EXPECT_FALSE(has_blue(picture, 41, 200, 76, 300));
  EXPECT_FALSE(has_blue(picture, 400, 490, 500, 900));
}

TEST(Plot, LeavesOutWhatIsNoNumber) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Curve good{"a", {{0, 1}, {1, 10}}};
  const Curve with_gaps{"a", {{0, 1}, {0.5, nan}, {0.7, -3}, {1, 10}}};
  EXPECT_TRUE(at::equal(plot_curves({good}, {}), plot_curves({with_gaps}, {})));
  EXPECT_THROW(plot_curves({{"a", {{0, nan}}}}, {}), UsageError);
  EXPECT_THROW(plot_curves({}, {}), UsageError);
}

}  // namespace
}  // namespace flowreel
