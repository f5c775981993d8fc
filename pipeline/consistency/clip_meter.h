// Measures a clip, frame by frame, in memory that does not grow with its length but for some
// numbers per frame.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <vector>

#include "pipeline/consistency/clip_facts.h"
#include "pipeline/consistency/features/feature_models.h"
#include "pipeline/consistency/measurement.h"

namespace flowreel {

struct ClipMeasurements {
  ClipFacts facts;
  ClipEnd end;
  std::vector<Measurement> measurements;  // in the order of the tables of meters
};

// The measurement of that name, null when it was not asked for.
const Measurement* find(const ClipMeasurements& clip, const std::string& metric);

class ClipMeter {
 public:
  // `metrics`: names of those to measure; none means all. `features`: networks for those that need
  // one, null for none. UsageError: no such metric.
  explicit ClipMeter(ClipFacts facts, const std::vector<std::string>& metrics = {},
                     const std::shared_ptr<const FeatureModels>& features = nullptr);
  ~ClipMeter();

  // The next frame, [H,W,3] uint8 RGB on the CPU. DataError when its size is not that of the frames
  // before, or a network cannot answer (features/feature_answer.h).
  void see(const at::Tensor& frame);

  // Once, after the last frame.
  ClipMeasurements finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace flowreel
