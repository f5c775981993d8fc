// A random texture of several scales that moves under a camera, for tests of seams.
#pragma once

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace flowreel::test {

// CV_32F, mean 0; the same for the same seed everywhere. `blur`: sigma of a Gaussian, pixels.
inline cv::Mat gaussian(cv::Size size, double deviation, uint64_t seed, double blur = 0) {
  cv::RNG random(seed * 7919 + 13);
  cv::Mat values(size, CV_32F);
  random.fill(values, cv::RNG::NORMAL, 0, 1);
  if (blur > 0) cv::GaussianBlur(values, values, {}, blur);
  cv::Scalar mean, spread;
  cv::meanStdDev(values, mean, spread);
  return (values - mean[0]) * (deviation / spread[0]);
}

class MovingTexture {
 public:
  static constexpr int kRoom = 100;  // pixels that it goes on beyond the frame each way

  MovingTexture(cv::Size size, uint64_t seed)
      : size_(size),
        world_(gaussian(world_size(size), 35, seed, 2.5) +
               gaussian(world_size(size), 10, seed + 500, 1) + 120) {}

  static cv::Size world_size(cv::Size size) {
    return {size.width + 2 * kRoom, size.height + 2 * kRoom};
  }

  // What a camera at (x, y) sees, at most kRoom pixels off; CV_32F. `grain`, of world_size(), lies
  // on the texture.
  cv::Mat seen_from(double x, double y, const cv::Mat& grain = {}) const {
    cv::Mat frame, world = world_.clone();
    if (!grain.empty()) world += grain;
    const cv::Mat shift = (cv::Mat_<double>(2, 3) << 1, 0, -kRoom - x, 0, 1, -kRoom - y);
    cv::warpAffine(world, frame, shift, size_, cv::INTER_CUBIC);
    return frame;
  }

 private:
  cv::Size size_;
  cv::Mat world_;
};

// CV_8UC3 of grey levels CV_32F, rounded.
inline cv::Mat frame_of(const cv::Mat& grey) {
  cv::Mat bytes, rgb;
  grey.convertTo(bytes, CV_8U);
  cv::cvtColor(bytes, rgb, cv::COLOR_GRAY2RGB);
  return rgb;
}

}  // namespace flowreel::test
