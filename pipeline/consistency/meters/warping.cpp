#include "pipeline/consistency/meters/warping.h"

#include <limits>

#include "pipeline/consistency/series.h"

namespace flowreel {
namespace {

constexpr double kLeastChange = 1e-6;

const Definition kError = {"warping_error",
                           "flowreel/warping_error@1",
                           "1",
                           Direction::kLowerIsBetter,
                           "mean_t sum M (W(f_t) - f_{t-1})^2 / (3 sum M), R G B in 0..1, by the "
                           "motion of the clip itself",
                           "what changes from frame to frame besides the motion"};
const Definition kRatio = {"warping_ratio",
                           "flowreel/warping_ratio@1",
                           "1",
                           Direction::kLowerIsBetter,
                           "warping_error / mean_t sum M (f_t - f_{t-1})^2 / (3 sum M)",
                           "the share of all change that the motion does not explain"};

// Mean of (a - b)^2 over the channels of the pixels in the mask, NaN for none; CV_32FC3 in 0..255,
// the result in (0..1)^2.
double mean_square(const cv::Mat& a, const cv::Mat& b, const cv::Mat& mask) {
  double sum = 0;
  int64_t pixels = 0;
  for (int y = 0; y < a.rows; ++y) {
    const auto *one = a.ptr<cv::Vec3f>(y), *other = b.ptr<cv::Vec3f>(y);
    const auto* seen = mask.ptr<uint8_t>(y);
    for (int x = 0; x < a.cols; ++x) {
      if (seen[x] == 0) continue;
      for (int c = 0; c < 3; ++c) {
        const double difference = (one[x][c] - other[x][c]) / 255.0;
        sum += difference * difference;
      }
      ++pixels;
    }
  }
  return sum / (3 * static_cast<double>(pixels));
}

class Warping : public Meter {
 public:
  void see(const FrameMoment& moment) override {
    if (!moment.motion) return;
    const cv::Mat &before = moment.before->small_float(), &now = moment.now->small_float();
    const cv::Mat& mask = moment.motion->seen_onward;
    warped_.add(moment.index, mean_square(warp(now, moment.motion->onward), before, mask));
    unwarped_.add(moment.index, mean_square(now, before, mask));
    trusted_.add(moment.index, cv::countNonZero(mask) / static_cast<double>(mask.total()));
  }

  std::vector<Measurement> finish(const ClipEnd& end) override {
    Measurement error = warped_.mean(kError, end);
    if (error.value) error.coverage = *trusted_.mean(kError, end).value;
    return {error, ratio(error, unwarped_.mean(kRatio, end))};
  }

 private:
  static Measurement ratio(const Measurement& error, Measurement change) {
    for (size_t i = 0; i < change.series.size(); ++i) {
      const bool changes = change.series[i] >= kLeastChange;
      change.series[i] =
          changes ? error.series[i] / change.series[i] : std::numeric_limits<double>::quiet_NaN();
    }
    change.coverage = error.coverage;
    if (!change.value) return change;
    if (*change.value < kLeastChange) return none(kRatio, Status::kNotApplicable);
    change.value = *error.value / *change.value;
    return change;
  }

  FrameSeries warped_{Reach::kPair}, unwarped_{Reach::kPair}, trusted_{Reach::kPair};
};

}  // namespace

MeterRow warping() {
  return {{&kError, &kRatio},
          [](const ClipFacts&) -> std::unique_ptr<Meter> { return std::make_unique<Warping>(); }};
}

}  // namespace flowreel
