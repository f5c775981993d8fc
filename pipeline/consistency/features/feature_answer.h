// What networks say of frames, checked: whatever one answers, no metric becomes NaN by it.
#pragma once

#include <memory>
#include <opencv2/core.hpp>
#include <vector>

#include "pipeline/consistency/features/feature_models.h"

namespace flowreel {

// All frames are CV_8UC3, R G B; two of them have one size. The models have a network. Every
// DataError names the file: the network fails, answers with another shape than is expected here, or
// with a value that is not finite.

// A feature of length 1, or all zeros where the network's is.
using Feature = std::shared_ptr<const std::vector<double>>;

// dino, clip: input_of() in, [1,D] out, D >= 1.
Feature feature_of(const FeatureModel& model, const cv::Mat& rgb);

// The cosine of two features of one network, -1..1; 0 where one has no direction.
double cosine(const Feature& a, const Feature& b);

// raft: two frames [1,3,H,W] in 0..255 in, where the content of the first is in the second out,
// [1,2,H,W], x and y in pixels, which becomes CV_32FC2. H and W are multiples of 8: frames are
// padded with their edges, half on either side, the odd pixel at the right and at the bottom.
cv::Mat padded_flow(const FeatureModel& model, const cv::Mat& from, const cv::Mat& to);
// The same without the padding.
cv::Mat flow_of(const FeatureModel& model, const cv::Mat& from, const cv::Mat& to);

// lpips: two frames [1,3,H,W] in -1..1 in, one number >= 0 out, in any shape.
double distance_of(const FeatureModel& model, const cv::Mat& a, const cv::Mat& b);

}  // namespace flowreel
