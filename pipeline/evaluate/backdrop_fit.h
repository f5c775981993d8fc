// What lies behind the shapes as a smooth picture, found from the frame's border inwards.
#pragma once

#include <opencv2/core.hpp>
#include <vector>

namespace flowreel {

// All in levels, 0 to 255. The picture is a cubic of x and y, which follows plain colours exactly
// and the grammar's gradients within a few levels. A texture lies around it: the tones from `low`
// to `high` may be added to all channels alike.
struct BackdropFit {
  cv::Mat3f smooth;  // [H,W]
  float low = 0, high = 0;
};

// Farther than this from the backdrop a pixel may belong to something else. Shapes are at least
// 120 away (shapes::kLeastContrast).
inline constexpr float kOffBackdrop = 48;

// From frames [H,W] of one clip. Robust against shapes that lie within the frame or reach over its
// border here and there.
BackdropFit fit_backdrop(const std::vector<cv::Mat3f>& frames);

// Euclidean distance of each pixel from the backdrop's colours at its place, [H,W].
cv::Mat1f distance_from(const BackdropFit& backdrop, const cv::Mat3f& frame);

}  // namespace flowreel
