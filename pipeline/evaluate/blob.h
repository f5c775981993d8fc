// The one thing in front of the backdrop, frame by frame.
#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "pipeline/evaluate/backdrop_fit.h"
#include "pipeline/evaluate/colour_names.h"

namespace flowreel {

enum class Presence { kNothing, kOne, kSeveral };

struct Blob {
  Presence presence = Presence::kNothing;
  cv::Mat1b region;      // [H,W], 255 on the largest connected piece; all 0 for kNothing
  cv::Mat1b things;      // [H,W], 255 on all pieces of some size
  cv::Mat1b foreground;  // [H,W], 255 on all that is not backdrop
  Levels colour{};       // median over the piece's core
  double evenness = 0;   // share of the piece, but for its edge, that has about that colour
};

// kSeveral where a second piece has more than a fifth of the largest one's area, or half that of
// the smallest shape of the grammar; pieces below 1/500 of the smaller side's square count as
// nothing, and one of more than 6/10 of the frame is no shape.
Blob find_blob(const BackdropFit& backdrop, const cv::Mat3f& frame);

// How much of each pixel the piece covers, [H,W], 0 to 1: from the pixel's distances to the
// backdrop and to `colour`, near the region alone.
cv::Mat1f coverage(const BackdropFit& backdrop, const cv::Mat3f& frame, const cv::Mat1b& region,
                   const Levels& colour);

}  // namespace flowreel
