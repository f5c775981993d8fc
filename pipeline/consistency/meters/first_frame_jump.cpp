#include "pipeline/consistency/meters/first_frame_jump.h"

#include <algorithm>

#include "pipeline/consistency/series.h"

namespace flowreel {
namespace {

constexpr int64_t kFrames = 6;

const Definition kDefinition = {"first_frame_jump",
                                "flowreel/first_frame_jump@1",
                                "1",
                                Direction::kLowerIsBetter,
                                "d_0 / median(d_1..d_4), d_i = mean |f_{i+1} - f_i|",
                                "the first frame does not fit those after it"};

class FirstFrameJump : public Meter {
 public:
  void see(const FrameMoment& moment) override {
    if (!moment.before || moment.index >= kFrames) return;
    differences_.add(moment.index,
                     mean_absolute_difference(moment.before->rgb(), moment.now->rgb()));
  }

  std::vector<Measurement> finish(const ClipEnd& end) override {
    if (end.frames < kFrames) return {none(kDefinition, Status::kTooFewFrames)};
    ClipEnd without_first = end;
    std::erase(without_first.cuts, 1);
    std::vector<double> differences = differences_.within_scenes(without_first);
    differences.resize(kFrames);
    const std::vector<double> later(differences.begin() + 2, differences.end());
    const double usual = median(later);
    if (!(usual > 0))
      return {none(kDefinition, end.still ? Status::kDegenerateStatic : Status::kNotApplicable)};
    Measurement m;
    m.definition = &kDefinition;
    m.value = differences[1] / usual;
    m.samples = 1 + std::count_if(later.begin(), later.end(), [](double d) { return d >= 0; });
    if (end.is_cut(1)) m.note = "frame 1 begins a scene";
    return {guarded(std::move(m), end)};
  }

 private:
  FrameSeries differences_{Reach::kPair};
};

}  // namespace

MeterRow first_frame_jump() {
  return {{&kDefinition}, [](const ClipFacts&) -> std::unique_ptr<Meter> {
            return std::make_unique<FirstFrameJump>();
          }};
}

}  // namespace flowreel
