#include "pipeline/consistency/features/feature_input.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "errors/error.h"

namespace flowreel {
namespace {

using Colour = std::array<double, 3>;

constexpr int64_t kVbenchSize = 224;
constexpr int64_t kMostStretch = 64;  // beyond it, what is prepared would fill the memory
constexpr Colour kImageNetMean = {0.485, 0.456, 0.406}, kImageNetDeviation = {0.229, 0.224, 0.225};
constexpr Colour kClipMean = {0.48145466, 0.4578275, 0.40821073},
                 kClipDeviation = {0.26862954, 0.26130258, 0.27577711};

at::Tensor by_channel(const Colour& values) {
  const auto options = at::TensorOptions().dtype(at::kFloat);
  return at::tensor(at::ArrayRef<double>(values.data(), values.size()), options).view({1, 3, 1, 1});
}

at::Tensor resized(const at::Tensor& levels, const FeatureInput& input) {
  const int64_t height = levels.size(2), width = levels.size(3), shorter = std::min(height, width);
  const auto scaled = [&](int64_t side) { return input.size * side / shorter; };
  if (std::max(height, width) > kMostStretch * shorter)
    throw DataError("frames of " + std::to_string(width) + "x" + std::to_string(height) +
                    " are too narrow for an image network, expected a longer side of at most " +
                    std::to_string(kMostStretch) + " times the shorter one");
  const int64_t to[] = {scaled(height), scaled(width)};
  if (to[0] == height && to[1] == width) return levels;
  return input.bicubic ? at::upsample_bicubic2d(levels, to, /*align_corners=*/false)
                       : at::upsample_bilinear2d(levels, to, /*align_corners=*/false);
}

// Python's round() of half of what is left over.
int64_t crop_begin(int64_t side, int64_t size) {
  return static_cast<int64_t>(std::nearbyint(static_cast<double>(side - size) / 2));
}

}  // namespace

at::Tensor levels_of(const cv::Mat& rgb) {
  const cv::Mat whole = rgb.isContinuous() ? rgb : rgb.clone();
  const at::Tensor bytes = at::from_blob(whole.data, {whole.rows, whole.cols, 3}, at::kByte);
  return bytes.permute({2, 0, 1}).unsqueeze(0).to(at::kFloat).contiguous();
}

at::Tensor input_of(const cv::Mat& rgb, const FeatureInput& input) {
  at::Tensor image = resized(levels_of(rgb), input);
  if (input.centre_crop) {
    for (const int64_t dim : {2, 3})
      image = image.narrow(dim, crop_begin(image.size(dim), input.size), input.size);
  }
  return (image / 255).sub(by_channel(input.mean)).div(by_channel(input.std_dev));
}

bool is_vbench_dino(const FeatureInput& input) {
  return input.size == kVbenchSize && !input.bicubic && !input.centre_crop &&
         input.mean == kImageNetMean && input.std_dev == kImageNetDeviation;
}

bool is_vbench_clip(const FeatureInput& input) {
  return input.size == kVbenchSize && input.bicubic && input.centre_crop &&
         input.mean == kClipMean && input.std_dev == kClipDeviation;
}

std::string words_of(const FeatureInput& input) {
  return "short side " + std::to_string(input.size) + (input.bicubic ? ", bicubic" : ", bilinear") +
         (input.centre_crop ? ", centre crop" : ", no crop");
}

}  // namespace flowreel
