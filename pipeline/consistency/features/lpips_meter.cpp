#include "pipeline/consistency/features/lpips_meter.h"

#include "pipeline/consistency/features/feature_answer.h"
#include "pipeline/consistency/series.h"

namespace flowreel {
namespace {

const Definition kLpips = {"lpips_adjacent",
                           "flowreel/lpips_adjacent@1",
                           "1",
                           Direction::kLowerIsBetter,
                           "mean_t LPIPS(f_{t-1}, f_t)",
                           "how different a frame looks from the one before, motion included"};

class LpipsMeter : public Meter {
 public:
  explicit LpipsMeter(std::shared_ptr<const FeatureModel> model) : model_(std::move(model)) {}

  void see(const FrameMoment& moment) override {
    if (!moment.before) return;
    pairs_.add(moment.index, distance_of(*model_, moment.before->rgb(), moment.now->rgb()));
  }

  std::vector<Measurement> finish(const ClipEnd& end) override {
    return {pairs_.mean(kLpips, end)};
  }

 private:
  std::shared_ptr<const FeatureModel> model_;
  FrameSeries pairs_{Reach::kPair};
};

}  // namespace

MeterRow lpips_meter(std::shared_ptr<const FeatureModel> model) {
  return {{&kLpips}, [model](const ClipFacts&) -> std::unique_ptr<Meter> {
            return std::make_unique<LpipsMeter>(model);
          }};
}

}  // namespace flowreel
