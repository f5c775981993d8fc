#include "pipeline/consistency/meters/temporal_flickering.h"

#include "pipeline/consistency/series.h"

namespace flowreel {
namespace {

const Definition kDefinition = {"temporal_flickering",
                                "vbench/temporal_flickering@1",
                                "1",
                                Direction::kHigherIsBetter,
                                "(255 - mean_t mean |f_t - f_{t-1}|) / 255",
                                "how little a frame differs from the one before, motion included"};

class TemporalFlickering : public Meter {
 public:
  void see(const FrameMoment& moment) override {
    if (!moment.before) return;
    const double difference = mean_absolute_difference(moment.before->rgb(), moment.now->rgb());
    pairs_.add(moment.index, (255 - difference) / 255);
  }

  std::vector<Measurement> finish(const ClipEnd& end) override {
    ClipEnd whole = end;
    whole.cuts.clear();  // VBench's has them too
    return {pairs_.mean(kDefinition, whole)};
  }

 private:
  FrameSeries pairs_{Reach::kPair};
};

}  // namespace

MeterRow temporal_flickering() {
  return {{&kDefinition}, [](const ClipFacts&) -> std::unique_ptr<Meter> {
            return std::make_unique<TemporalFlickering>();
          }};
}

}  // namespace flowreel
