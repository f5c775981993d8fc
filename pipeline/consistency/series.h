// Values by pair or triple of frames, and their mean.
#pragma once

#include <vector>

#include "pipeline/consistency/clip_facts.h"
#include "pipeline/consistency/measurement.h"

namespace flowreel {

// How many frames one value looks at, and which of them it belongs to.
enum class Reach {
  kFrame,   // frame i alone
  kPair,    // frames i - 1 and i
  kTriple,  // frames i - 1, i and i + 1
};

class FrameSeries {
 public:
  explicit FrameSeries(Reach reach) : reach_(reach) {}

  // The value at `frame`, NaN for none, over so large a share of the pixels. Frames rise from call
  // to call; those left out have no value.
  void add(int64_t frame, double value, double coverage = 1);

  // The values that no scene cut lies within; NaN elsewhere; as long as the clip.
  std::vector<double> within_scenes(const ClipEnd& end) const;

  // The mean of those values, each counted by its coverage. kTooFewFrames when the clip is shorter
  // than the reach, kNoValidPixels when no value is left, kDegenerateStatic with the value when the
  // clip is still.
  Measurement mean(const Definition& definition, const ClipEnd& end) const;

 private:
  Reach reach_;
  std::vector<double> values_, coverages_;  // by frame
};

// Whether a scene begins after frame `from`, and not after frame `to`.
bool crosses_a_cut(const ClipEnd& end, int64_t from, int64_t to);

// A measurement without a value.
Measurement none(const Definition& definition, Status status);

// The same, or kDegenerateStatic when the clip is still and the measurement has a value.
Measurement guarded(Measurement measurement, const ClipEnd& end);

// The q-quantile (0..1) of values, linearly between its neighbours (numpy's default); NaN values
// are left out, NaN when none is left.
double quantile(std::vector<double> values, double q);
double median(std::vector<double> values);

}  // namespace flowreel
