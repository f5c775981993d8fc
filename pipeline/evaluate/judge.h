// Whether what was seen is what the caption says.
#pragma once

#include "pipeline/evaluate/observe.h"
#include "pipeline/train/shapes/scene.h"

namespace flowreel {

struct Verdict {
  bool shape = false, colour = false, motion = false;
  bool background = false;  // its kind and its colours; not the camera
  bool all() const { return shape && colour && motion && background; }
};

// What is unclear is wrong. UsageError unless the scene has exactly one shape.
Verdict judge(const Observation& seen, const shapes::Scene& scene);

}  // namespace flowreel
