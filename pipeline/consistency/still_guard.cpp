#include "pipeline/consistency/still_guard.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace flowreel {
namespace {

constexpr double kShare = 0.02, kPairLimit = 0.2, kClipLimit = 1, kSameLevels = 0.255;

double at_256(const cv::Mat& flow, double pixels) {
  return pixels * 256 / std::min(flow.rows, flow.cols);
}

}  // namespace

double fastest(const cv::Mat& flow, double share) {
  cv::Mat length = magnitude(flow);
  auto* begin = length.ptr<float>();
  const auto count = static_cast<int64_t>(length.total());
  const int64_t top =
      std::max<int64_t>(1, static_cast<int64_t>(static_cast<double>(count) * share));
  std::nth_element(begin, begin + (top - 1), begin + count, std::greater<>());
  // Which of equal lengths is kept changes nothing; their order does, in the last digits.
  std::sort(begin, begin + top, std::greater<>());
  double sum = 0;
  for (int64_t i = 0; i < top; ++i) sum += begin[i];
  return sum / static_cast<double>(top);
}

void StillGuard::see(const Moment& moment) {
  if (!first_) first_ = moment.now;
  last_ = moment.now;
  if (!moment.before) return;
  difference_ =
      std::max(difference_, mean_absolute_difference(moment.before->rgb(), moment.now->rgb()));
  if (!moment.motion) return;
  has_motion_ = true;
  for (const cv::Mat& flow : {moment.motion->onward, moment.motion->back})
    fastest_ = std::max(fastest_, at_256(flow, fastest(flow, kShare)));
}

bool StillGuard::still() const {
  if (!has_motion_) return difference_ <= kSameLevels;
  if (fastest_ > kPairLimit) return false;
  const Motion whole(*first_, *last_);
  return at_256(whole.onward, fastest(whole.onward, kShare)) <= kClipLimit &&
         at_256(whole.back, fastest(whole.back, kShare)) <= kClipLimit;
}

}  // namespace flowreel
