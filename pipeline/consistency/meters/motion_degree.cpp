#include "pipeline/consistency/meters/motion_degree.h"

#include <algorithm>
#include <cmath>

#include "pipeline/consistency/dynamic_rule.h"
#include "pipeline/consistency/series.h"
#include "pipeline/consistency/still_guard.h"

namespace flowreel {
namespace {

constexpr double kQuantile = 0.95;
// VBench's: share of the pixels, pixels per frame at a shorter side of 256, pairs per frame.
constexpr double kStaticShare = 0.02, kStaticLimit = 3, kStaticPairs = 2 / 16.0;

const Definition kMean = {"motion_degree",
                          "flowreel/motion_degree@1",
                          "diagonals/s",
                          Direction::kNeither,
                          "mean_t mean |flow| * fps / diagonal",
                          "how fast the picture moves, all of it alike"};
const Definition kP95 = {"motion_degree_p95",
                         "flowreel/motion_degree_p95@1",
                         "diagonals/s",
                         Direction::kNeither,
                         "mean_t 95th percentile of |flow| * fps / diagonal",
                         "how fast its faster parts move"};
const Definition kDynamic = {
    "dynamic_degree_dis",
    "flowreel/dynamic_degree_dis@1",
    "0 or 1",
    Direction::kNeither,
    "VBench's rule with DIS flow: top 5 % of |flow| > 6 min(H,W)/256 in round(4T'/16) pairs",
    "whether anything moves much"};
const Definition kDynamicScore = {"dynamic_degree_dis_score",
                                  "flowreel/dynamic_degree_dis_score@1",
                                  "1",
                                  Direction::kNeither,
                                  "mean_t of top 5 % of |flow| / (6 min(H,W)/256), at 8 frames/s",
                                  "how much the fastest parts move; above 1 is dynamic"};
const Definition kStatic = {
    "static_filter_dis",
    "flowreel/static_filter_dis@1",
    "0 or 1",
    Direction::kNeither,
    "VBench's rule with DIS flow: top 2 % of |flow| > 3 min(H,W)/256 in <= round(2T/16) pairs",
    "whether the clip stands still, so that VBench would take its flicker"};

// Python's round().
int64_t rounded(double value) { return static_cast<int64_t>(std::nearbyint(value)); }

// A limit in pixels of frames with a shorter side of 256, in those of the flow.
double limit_for(const cv::Mat& flow, double pixels) {
  return pixels * std::min(flow.rows, flow.cols) / 256;
}

// The q-quantile of lengths, linearly between neighbours. Reorders them.
double quantile_of(cv::Mat lengths, double q) {
  auto *begin = lengths.ptr<float>(), *end = begin + lengths.total();
  const double place = q * static_cast<double>(lengths.total() - 1);
  auto* low = begin + static_cast<int64_t>(place);
  std::nth_element(begin, low, end);
  const double below = *low, above = low + 1 == end ? below : *std::min_element(low + 1, end);
  return below + (place - std::floor(place)) * (above - below);
}

// VBench's dynamic degree by optical_flow().
class Dynamic {
 public:
  explicit Dynamic(double fps) : rule_(fps) {}

  void see(const FrameMoment& moment) {
    if (!rule_.looks_at(moment.index)) return;
    const cv::Mat grey = moment.now->small_grey();
    if (moment.motion) {
      const cv::Mat flow = rule_.step() == 1 ? moment.motion->onward : optical_flow(last_, grey);
      rule_.add(moment.index, flow, std::min(flow.rows, flow.cols));
    }
    last_ = grey;
  }

  std::vector<Measurement> finish(const ClipEnd& end) const {
    return {rule_.verdict(kDynamic, end), rule_.score(kDynamicScore, end)};
  }

 private:
  DynamicRule rule_;
  cv::Mat last_;  // of those looked at, small_grey()
};

// What VBench's filter for static clips looks at.
class Static {
 public:
  void see(const FrameMoment& moment) {
    last_ = moment.now->small_grey();
    if (first_.empty()) first_ = last_;
    if (moment.motion) pairs_.add(moment.index, ratio(moment.motion->onward));
  }

  Measurement finish(const ClipEnd& end) const {
    const int64_t allowed = rounded(kStaticPairs * static_cast<double>(end.frames));
    if (allowed == 0) return none(kStatic, Status::kTooFewFrames);
    Measurement m = pairs_.mean(kStatic, end);
    if (!m.value) return m;
    const auto fast =
        std::count_if(m.series.begin(), m.series.end(), [](double r) { return r > 1; });
    bool still = fast <= allowed;
    if (end.cuts.empty()) {
      const double most = 2 * static_cast<double>(allowed);
      still = still && ratio(optical_flow(first_, last_)) <= most &&
              ratio(optical_flow(last_, first_)) <= most;
    } else {
      m.note = "first and last frame not compared: there are cuts between them";
    }
    m.value = still ? 1 : 0;
    return m;
  }

 private:
  // To the threshold.
  static double ratio(const cv::Mat& flow) {
    return fastest(flow, kStaticShare) / limit_for(flow, kStaticLimit);
  }

  cv::Mat first_, last_;  // small_grey()
  FrameSeries pairs_{Reach::kPair};
};

class MotionDegree : public Meter {
 public:
  explicit MotionDegree(double fps) : fps_(fps), dynamic_(fps) {}

  void see(const FrameMoment& moment) override {
    dynamic_.see(moment);
    static_.see(moment);
    if (!moment.motion) return;
    const cv::Mat length = magnitude(moment.motion->onward);
    const double per_second = fps_ / std::hypot(length.cols, length.rows);
    means_.add(moment.index, cv::mean(length)[0] * per_second);
    p95_.add(moment.index, quantile_of(length, kQuantile) * per_second);
  }

  std::vector<Measurement> finish(const ClipEnd& end) override {
    ClipEnd moving = end;
    moving.still = false;  // no motion is a value like any other
    std::vector<Measurement> all = {means_.mean(kMean, moving), p95_.mean(kP95, moving)};
    for (Measurement& m : dynamic_.finish(moving)) all.push_back(std::move(m));
    all.push_back(static_.finish(moving));
    return all;
  }

 private:
  double fps_;
  FrameSeries means_{Reach::kPair}, p95_{Reach::kPair};
  Dynamic dynamic_;
  Static static_;
};

}  // namespace

MeterRow motion_degree() {
  return {{&kMean, &kP95, &kDynamic, &kDynamicScore, &kStatic},
          [](const ClipFacts& facts) -> std::unique_ptr<Meter> {
            return std::make_unique<MotionDegree>(facts.fps);
          }};
}

}  // namespace flowreel
