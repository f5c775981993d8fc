// What an image network sees of a frame.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <opencv2/core.hpp>
#include <string>

namespace flowreel {

// As torchvision does it to float tensors with antialias off: Resize, CenterCrop, division by 255,
// Normalize.
struct FeatureInput {
  int64_t size = 224;                                    // of the shorter side, pixels
  bool bicubic = false;                                  // else bilinear
  bool centre_crop = false;                              // to a square of that size; else none
  std::array<double, 3> mean = {}, std_dev = {1, 1, 1};  // R G B of values in 0..1
};

// A frame, CV_8UC3 R G B, as float32 [1,3,H,W] in 0..255.
at::Tensor levels_of(const cv::Mat& rgb);

// The same as the network wants it, [1,3,h,w]: the shorter side is `size`, the longer one
// size · long / short without its fraction, by bilinear or bicubic interpolation with corners not
// aligned; bicubic values may leave 0..255. The crop begins at half of what is left over, rounded
// to even. DataError: the longer side is more than 64 times the shorter one.
at::Tensor input_of(const cv::Mat& rgb, const FeatureInput& input);

// What VBench does before DINO (224, bilinear, no crop, ImageNet's mean and deviation) and before
// CLIP (224, bicubic, centre crop, CLIP's own).
bool is_vbench_dino(const FeatureInput& input);
bool is_vbench_clip(const FeatureInput& input);

// "short side 224, bilinear, no crop".
std::string words_of(const FeatureInput& input);

}  // namespace flowreel
