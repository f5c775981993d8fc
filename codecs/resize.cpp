#include "codecs/resize.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <string>

#include "codecs/frame.h"

namespace flowreel {

// Between scaling and cutting: 16384 x 16384, the largest size that can be asked for.
constexpr double kMaxPixels = 268435456;

at::Tensor resize_cover(const at::Tensor& frame, int width, int height) {
  if (width < 1 || height < 1 || width > 16384 || height > 16384) {
    throw UsageError("size " + std::to_string(width) + "x" + std::to_string(height) +
                     " is out of range: expected 1 to 16384 pixels each way");
  }
  const int from_height = frame.dim() == 3 ? static_cast<int>(frame.size(0)) : 0;
  const int from_width = frame.dim() == 3 ? static_cast<int>(frame.size(1)) : 0;
  check_pixels(frame, from_height, from_width, "frame to resize");
  if (from_width == width && from_height == height) return frame;

  if (frame.numel() == 0) throw UsageError("an empty frame cannot be resized");
  const double scale =
      std::max(static_cast<double>(width) / from_width, static_cast<double>(height) / from_height);
  const cv::Size covering(std::max(width, static_cast<int>(std::lround(scale * from_width))),
                          std::max(height, static_cast<int>(std::lround(scale * from_height))));
  if (static_cast<double>(covering.width) * covering.height > kMaxPixels) {
    throw UsageError("a frame of " + std::to_string(from_width) + "x" +
                     std::to_string(from_height) + " is too narrow to be brought to " +
                     std::to_string(width) + "x" + std::to_string(height));
  }
  const at::Tensor in = frame.contiguous();
  const cv::Mat source(from_height, from_width, CV_8UC3, in.data_ptr<uint8_t>());
  cv::Mat scaled = source;
  if (covering != source.size()) {
    cv::resize(source, scaled, covering, 0, 0, scale < 1 ? cv::INTER_AREA : cv::INTER_CUBIC);
  }
  at::Tensor out = at::empty({height, width, 3}, at::kByte);
  cv::Mat target(height, width, CV_8UC3, out.data_ptr<uint8_t>());
  scaled(cv::Rect((covering.width - width) / 2, (covering.height - height) / 2, width, height))
      .copyTo(target);
  return out;
}

}  // namespace flowreel
