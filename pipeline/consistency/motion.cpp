#include "pipeline/consistency/motion.h"

#include <opencv2/imgproc.hpp>
#include <opencv2/video/tracking.hpp>
#include <utility>
#include <vector>

#include "errors/error.h"

namespace flowreel {
namespace {

void check(const cv::Mat& from, const cv::Mat& to) {
  const auto text = [](const cv::Mat& m) {
    return std::to_string(m.cols) + "x" + std::to_string(m.rows);
  };
  if (from.size() != to.size())
    throw DataError("frames of " + text(from) + " and " + text(to) +
                    " cannot be compared; expected one size");
  if (from.rows < kSmallestForMotion || from.cols < kSmallestForMotion)
    throw DataError("optical flow needs frames of at least 16x16 pixels, these have " + text(from));
}

// Where p + flow(p) is, CV_32FC2.
cv::Mat targets(const cv::Mat& flow) {
  cv::Mat at(flow.size(), CV_32FC2);
  for (int y = 0; y < flow.rows; ++y) {
    const auto* f = flow.ptr<cv::Vec2f>(y);
    auto* to = at.ptr<cv::Vec2f>(y);
    for (int x = 0; x < flow.cols; ++x)
      to[x] = {static_cast<float>(x) + f[x][0], static_cast<float>(y) + f[x][1]};
  }
  return at;
}

cv::Mat warp_to(const cv::Mat& image, const cv::Mat& at) {
  cv::Mat result;
  cv::remap(image, result, at, cv::noArray(), cv::INTER_LINEAR, cv::BORDER_REPLICATE);
  return result;
}

float squared(const cv::Vec2f& v) { return v[0] * v[0] + v[1] * v[1]; }

}  // namespace

cv::Mat optical_flow(const cv::Mat& from, const cv::Mat& to) {
  check(from, to);
  cv::Mat flow;
  cv::DISOpticalFlow::create(cv::DISOpticalFlow::PRESET_MEDIUM)->calc(from, to, flow);
  return flow;
}

cv::Mat warp(const cv::Mat& image, const cv::Mat& flow) { return warp_to(image, targets(flow)); }

cv::Mat visible(const cv::Mat& forward, const cv::Mat& backward) {
  const cv::Mat at = targets(forward), back = warp_to(backward, at);
  const int rows = forward.rows, cols = forward.cols;
  cv::Mat seen(rows, cols, CV_8U);
  for (int y = 0; y < rows; ++y) {
    const auto* w = forward.ptr<cv::Vec2f>(y);
    const auto* below = forward.ptr<cv::Vec2f>(std::min(y + 1, rows - 1));
    const auto* w_back = back.ptr<cv::Vec2f>(y);
    const auto* to = at.ptr<cv::Vec2f>(y);
    auto* out = seen.ptr<uint8_t>(y);
    for (int x = 0; x < cols; ++x) {
      const float length = squared(w[x]);
      const bool hidden = squared(w[x] + w_back[x]) > 0.01f * (length + squared(w_back[x])) + 0.5f;
      // Forward differences, 0 in the last column and row.
      const float gradient =
          squared(w[std::min(x + 1, cols - 1)] - w[x]) + squared(below[x] - w[x]);
      const bool edge = gradient > 0.01f * length + 0.002f;
      const bool inside = to[x][0] >= 0 && to[x][0] <= static_cast<float>(cols - 1) &&
                          to[x][1] >= 0 && to[x][1] <= static_cast<float>(rows - 1);
      out[x] = inside && !hidden && !edge ? 255 : 0;
    }
  }
  return seen;
}

cv::Mat magnitude(const cv::Mat& flow) {
  std::vector<cv::Mat> xy;
  cv::split(flow, xy);
  cv::Mat length;
  cv::magnitude(xy[0], xy[1], length);
  return length;
}

Motion::Motion(const Picture& before, const Picture& now)
    : Motion(optical_flow(before.small_grey(), now.small_grey()),
             optical_flow(now.small_grey(), before.small_grey())) {}

Motion::Motion(cv::Mat onward_flow, cv::Mat back_flow)
    : onward(std::move(onward_flow)),
      back(std::move(back_flow)),
      seen_onward(visible(onward, back)),
      seen_back(visible(back, onward)) {}

}  // namespace flowreel
