#include "pipeline/consistency/html/flow_colours.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "errors/error.h"
#include "errors/quote.h"
#include "pipeline/consistency/series.h"

namespace flowreel {
namespace {

// The darkest that what is too fast becomes, and at how many times the full speed.
constexpr double kDarkest = 0.5, kDarkestAt = 4;
const cv::Vec3b kUnknown = {128, 128, 128};

double distance_on_circle(double a, double b) {
  const double apart = std::abs(a - b);
  return std::min(apart, 6 - apart);
}

// R, G and B of the fullest colour whose hue is `sixths` of the circle.
cv::Vec3d pure_hue(double sixths) {
  const auto channel = [&](double centre) {
    return std::clamp(2 - distance_on_circle(sixths, centre), 0.0, 1.0);
  };
  return {channel(0), channel(2), channel(4)};
}

cv::Vec3b colour(const cv::Vec2f& flow, double full) {
  const double speed = std::hypot(flow[0], flow[1]) / full;
  if (!std::isfinite(speed)) return kUnknown;
  const double turn = std::atan2(flow[1], flow[0]) / (2 * std::numbers::pi);
  const cv::Vec3d hue = pure_hue(6 * (turn < 0 ? turn + 1 : turn));
  const double saturation = std::min(1.0, speed);
  const double excess = std::clamp((speed - 1) / (kDarkestAt - 1), 0.0, 1.0);
  const double value = 1 - (1 - kDarkest) * excess;
  cv::Vec3b out;
  for (int c = 0; c < 3; ++c)
    out[c] = cv::saturate_cast<uint8_t>(255 * value * (1 - saturation * (1 - hue[c])));
  return out;
}

std::string described(const cv::Mat& picture) {
  return std::to_string(picture.cols) + "x" + std::to_string(picture.rows) +
         (picture.type() == CV_8UC3 ? "" : ", not 8-bit RGB");
}

}  // namespace

cv::Mat flow_picture(const cv::Mat& flow, double full) {
  if (!(full > 0)) throw UsageError("full is " + number_text(full) + ", expected more than 0");
  cv::Mat picture(flow.size(), CV_8UC3);
  for (int y = 0; y < flow.rows; ++y) {
    for (int x = 0; x < flow.cols; ++x)
      picture.at<cv::Vec3b>(y, x) = colour(flow.at<cv::Vec2f>(y, x), full);
  }
  return picture;
}

double flow_full(const cv::Mat& flow) {
  std::vector<double> speeds;
  speeds.reserve(flow.total());
  for (int y = 0; y < flow.rows; ++y) {
    for (int x = 0; x < flow.cols; ++x) {
      const cv::Vec2f v = flow.at<cv::Vec2f>(y, x);
      speeds.push_back(std::hypot(v[0], v[1]));
    }
  }
  const double most = quantile(std::move(speeds), 0.99);
  if (!(most > 1)) return 1;
  const double power = std::pow(10, std::floor(std::log10(most)));
  for (const double times : {1.0, 2.0, 3.0, 5.0}) {
    if (times * power >= most) return times * power;
  }
  return 10 * power;
}

cv::Mat difference_picture(const cv::Mat& a, const cv::Mat& b, double gain) {
  if (a.size() != b.size() || a.type() != CV_8UC3 || b.type() != CV_8UC3)
    throw DataError("the pictures are " + described(a) + " and " + described(b) +
                    ", expected 8-bit RGB of one size");
  cv::Mat difference;
  cv::absdiff(a, b, difference);
  difference.convertTo(difference, -1, gain);
  return difference;
}

}  // namespace flowreel
