#include "pipeline/consistency/clip_meter.h"

#include <algorithm>

#include "errors/error.h"
#include "pipeline/consistency/features/feature_table.h"
#include "pipeline/consistency/frame_view.h"
#include "pipeline/consistency/meter_table.h"
#include "pipeline/consistency/scene_cuts.h"
#include "pipeline/consistency/still_guard.h"

namespace flowreel {
namespace {

bool fits_motion(const Picture& picture) {
  const cv::Size size = working_size(picture.rgb().size());
  return std::min(size.width, size.height) >= kSmallestForMotion;
}

}  // namespace

struct ClipMeter::State {
  ClipFacts facts;
  std::vector<std::string> metrics;
  std::vector<std::unique_ptr<Meter>> meters;
  SceneCuts cuts;
  StillGuard guard;
  FrameMoment moment;  // the last one seen
  int64_t frames = 0;
};

ClipMeter::ClipMeter(ClipFacts facts, const std::vector<std::string>& metrics,
                     const std::shared_ptr<const FeatureModels>& features)
    : state_(std::make_unique<State>()) {
  for (const std::string& name : metrics) definition_of(name);
  state_->facts = std::move(facts);
  state_->metrics = metrics;
  std::vector<MeterRow> rows = meter_table();
  for (MeterRow& row : feature_rows(features, metrics)) rows.push_back(std::move(row));
  for (const MeterRow& row : rows) {
    const auto asked = [&](const Definition* d) { return is_wanted(*d, metrics); };
    if (std::any_of(row.definitions.begin(), row.definitions.end(), asked))
      state_->meters.push_back(row.make(state_->facts));
  }
}

ClipMeter::~ClipMeter() = default;

void ClipMeter::see(const at::Tensor& frame) {
  const auto now = std::make_shared<const Picture>(FrameView(frame).mat());
  FrameMoment& m = state_->moment;
  if (m.now && m.now->rgb().size() != now->rgb().size()) {
    const auto text = [](const Picture& p) {
      return std::to_string(p.rgb().cols) + "x" + std::to_string(p.rgb().rows);
    };
    throw DataError("frame " + std::to_string(state_->frames) + " has " + text(*now) +
                    " pixels, the ones before it " + text(*m.now) + "; expected one size");
  }
  m.index = state_->frames++;
  m.before2 = m.before;
  if (m.before2) m.before2->forget_details();
  m.before = m.now;
  m.now = now;
  m.motion_before = m.motion;
  if (m.before && fits_motion(*now)) m.motion = std::make_shared<const Motion>(*m.before, *m.now);
  state_->cuts.see(m);
  state_->guard.see(m);
  for (const auto& meter : state_->meters) meter->see(m);
}

ClipMeasurements ClipMeter::finish() {
  ClipMeasurements result;
  result.facts = state_->facts;
  result.end.frames = state_->frames;
  result.end.cuts = state_->cuts.cuts();
  result.end.still = state_->guard.still(result.end);
  if (is_wanted(SceneCuts::kDefinition, state_->metrics))
    result.measurements = state_->cuts.finish(result.end);
  const bool small = state_->moment.now && !fits_motion(*state_->moment.now);
  const auto explain_smallness = [small](Measurement& m) {
    if (!small || m.status != Status::kNoValidPixels) return;
    m.status = Status::kNotApplicable;
    m.note = "motion needs frames of at least 16x16 pixels";
  };
  for (const auto& meter : state_->meters) {
    for (Measurement& m : meter->finish(result.end)) {
      explain_smallness(m);
      if (is_wanted(*m.definition, state_->metrics)) result.measurements.push_back(std::move(m));
    }
  }
  return result;
}

const Measurement* find(const ClipMeasurements& clip, const std::string& metric) {
  for (const Measurement& m : clip.measurements) {
    if (metric == m.definition->name) return &m;
  }
  return nullptr;
}

}  // namespace flowreel
