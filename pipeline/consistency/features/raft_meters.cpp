#include "pipeline/consistency/features/raft_meters.h"

#include <algorithm>

#include "pipeline/consistency/dynamic_rule.h"
#include "pipeline/consistency/features/feature_answer.h"
#include "pipeline/consistency/meters/warping.h"

namespace flowreel {
namespace {

using Model = std::shared_ptr<const FeatureModel>;

const Definition kDynamic = {
    "dynamic_degree",
    "vbench/dynamic_degree@1",
    "0 or 1",
    Direction::kNeither,
    "VBench's rule with RAFT's flow: top 5 % of |flow| > 6 min(H,W)/256 in round(4T'/16) pairs",
    "whether anything moves much"};
const Definition kWarpingError = {"warping_error_raft",
                                  "flowreel/warping_error_raft@1",
                                  "1",
                                  Direction::kLowerIsBetter,
                                  "warping_error with RAFT's flow: mean_t sum M (W(f_t) - "
                                  "f_{t-1})^2 / (3 sum M), R G B in 0..1",
                                  "what changes from frame to frame besides the motion"};

class RaftDynamicDegree : public Meter {
 public:
  RaftDynamicDegree(Model model, double fps) : model_(std::move(model)), rule_(fps) {}

  void see(const FrameMoment& moment) override {
    if (!rule_.looks_at(moment.index)) return;
    const cv::Mat rgb = moment.now->rgb();
    if (!last_.empty())
      rule_.add(moment.index, padded_flow(*model_, last_, rgb), std::min(rgb.rows, rgb.cols));
    last_ = rgb;
  }

  std::vector<Measurement> finish(const ClipEnd& end) override {
    ClipEnd whole = end;
    whole.cuts.clear();  // VBench's has them too
    Measurement m = rule_.verdict(kDynamic, whole);
    if (m.value) m.series = rule_.score(kDynamic, whole).series;
    return {m};
  }

 private:
  Model model_;
  DynamicRule rule_;
  cv::Mat last_;  // of those looked at, as it came
};

// Shows the meter of warping_error another motion.
class RaftWarpingError : public Meter {
 public:
  RaftWarpingError(Model model, const ClipFacts& facts)
      : model_(std::move(model)), meter_(warping().make(facts)) {}

  void see(const FrameMoment& moment) override {
    FrameMoment by_raft = moment;
    if (moment.motion) {
      const cv::Mat &before = moment.before->small(), &now = moment.now->small();
      by_raft.motion = std::make_shared<const Motion>(flow_of(*model_, before, now),
                                                      flow_of(*model_, now, before));
    }
    meter_->see(by_raft);
  }

  std::vector<Measurement> finish(const ClipEnd& end) override {
    Measurement error = meter_->finish(end).front();
    error.definition = &kWarpingError;
    return {error};
  }

 private:
  Model model_;
  std::unique_ptr<Meter> meter_;
};

}  // namespace

MeterRow raft_dynamic_degree(Model model) {
  return {{&kDynamic}, [model](const ClipFacts& facts) -> std::unique_ptr<Meter> {
            return std::make_unique<RaftDynamicDegree>(model, facts.fps);
          }};
}

MeterRow raft_warping_error(Model model) {
  return {{&kWarpingError}, [model](const ClipFacts& facts) -> std::unique_ptr<Meter> {
            return std::make_unique<RaftWarpingError>(model, facts);
          }};
}

}  // namespace flowreel
