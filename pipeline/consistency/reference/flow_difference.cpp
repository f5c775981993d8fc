#include "pipeline/consistency/reference/flow_difference.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <opencv2/imgproc.hpp>
#include <opencv2/video/tracking.hpp>

#include "pipeline/consistency/motion.h"

namespace flowreel {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr int64_t kLeftOut = 2;  // frames at either end
constexpr int kMultiple = 32, kLeastMargin = 16, kSmallestSide = kMultiple + kLeastMargin;

cv::Mat grey_of(const cv::Mat& rgb) {
  cv::Mat grey;
  cv::cvtColor(rgb, grey, cv::COLOR_RGB2GRAY);
  return grey;
}

cv::Mat farneback(const cv::Mat& from, const cv::Mat& to) {
  cv::Mat flow;
  cv::calcOpticalFlowFarneback(from, to, flow, 0.5, 3, 15, 3, 5, 1.2, 0);
  return flow;
}

cv::Range middle(int side) {
  if (side < kSmallestSide) return {0, side};
  const int kept = (side - kLeastMargin) / kMultiple * kMultiple, start = (side - kept) / 2;
  return {start, start + kept};
}

}  // namespace

const Definition FlowDifference::kDefinition = {
    "tof",
    "flowreel/tof@1",
    "px",
    Direction::kLowerIsBetter,
    "mean_t mean_px |Farneback(ref_{t-1}, ref_t) - Farneback(clip_{t-1}, clip_t)|, TecoGAN's crop",
    "how differently the clip and its reference move"};

void FlowDifference::see(const cv::Mat& reference, const cv::Mat& clip) {
  const cv::Mat now_reference = grey_of(reference), now_clip = grey_of(clip);
  double difference = kNone;
  if (!before_clip_.empty()) {
    const cv::Mat between =
        farneback(before_reference_, now_reference) - farneback(before_clip_, now_clip);
    const cv::Mat kept = between(middle(between.rows), middle(between.cols));
    difference = cv::mean(magnitude(kept))[0];
  }
  differences_.push_back(difference);
  before_reference_ = now_reference;
  before_clip_ = now_clip;
}

Measurement FlowDifference::finish() const {
  Measurement m;
  m.definition = &kDefinition;
  const auto frames = static_cast<int64_t>(differences_.size());
  if (frames < 2) {
    m.status = Status::kTooFewFrames;
    m.coverage = 0;
    return m;
  }
  // The first pair joins the first two frames that are kept.
  const bool whole = frames < 2 * kLeftOut + 2;
  const int64_t first = whole ? 1 : kLeftOut + 1, end = whole ? frames : frames - kLeftOut;
  m.series.assign(differences_.size(), kNone);
  double sum = 0;
  for (int64_t t = first; t < end; ++t) {
    m.series[t] = differences_[t];
    sum += differences_[t];
  }
  m.samples = end - first;
  m.value = sum / static_cast<double>(m.samples);
  const double rows = before_clip_.rows, columns = before_clip_.cols;
  m.coverage = middle(before_clip_.rows).size() / rows * middle(before_clip_.cols).size() / columns;
  if (whole) m.note = "fewer than 6 frames: none left out at the ends";
  if (std::min(rows, columns) < kSmallestSide)
    m.note += std::string(m.note.empty() ? "" : "; ") + "a side below 48 pixels is taken whole";
  return m;
}

}  // namespace flowreel
