#include "pipeline/consistency/still_guard.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace flowreel {
namespace {

constexpr double kShare = 0.02, kPairLimit = 0.2, kClipLimit = 1;

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

void StillGuard::see(const FrameMoment& moment) {
  last_ = moment.now->small_grey();
  if (first_.empty()) first_ = last_;
  Pair pair;
  if (moment.motion) {
    has_motion_ = true;
    for (const cv::Mat& flow : {moment.motion->onward, moment.motion->back})
      pair.fastest = std::max(pair.fastest, at_256(flow, fastest(flow, kShare)));
  } else if (moment.before) {
    pair.difference = mean_absolute_difference(moment.before->rgb(), moment.now->rgb());
  }
  pairs_.push_back(pair);
}

bool StillGuard::still(const ClipEnd& end) const {
  if (pairs_.size() < 2) return false;
  for (size_t t = 1; t < pairs_.size(); ++t) {
    if (end.is_cut(static_cast<int64_t>(t))) continue;
    if (has_motion_ ? pairs_[t].fastest > kPairLimit : pairs_[t].difference > kStillLevels)
      return false;
  }
  if (!has_motion_ || !end.cuts.empty()) return true;
  const auto far = [](const cv::Mat& from, const cv::Mat& to) {
    const cv::Mat flow = optical_flow(from, to);
    return at_256(flow, fastest(flow, kShare)) > kClipLimit;
  };
  return !far(first_, last_) && !far(last_, first_);
}

}  // namespace flowreel
