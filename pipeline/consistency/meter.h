// A meter watches a clip frame by frame and says at the end what it measured. It keeps no more than
// a few pictures, however long the clip, besides some numbers per frame.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "pipeline/consistency/clip_facts.h"
#include "pipeline/consistency/measurement.h"
#include "pipeline/consistency/motion.h"
#include "pipeline/consistency/picture.h"

namespace flowreel {

// What a meter sees at one frame. Pictures are shared: a meter that wants one later keeps the
// pointer.
struct FrameMoment {
  int64_t index = 0;                               // of `now`, from 0
  std::shared_ptr<const Picture> now;              // frame index
  std::shared_ptr<const Picture> before, before2;  // frames index - 1, index - 2; null at the start
  // before ↔ now and before2 ↔ before; null at the start, and for frames too small for it.
  std::shared_ptr<const Motion> motion, motion_before;
};

class Meter {
 public:
  virtual ~Meter() = default;
  virtual void see(const FrameMoment& moment) = 0;
  // One measurement for each of its definitions, in their order, whatever it has seen.
  virtual std::vector<Measurement> finish(const ClipEnd& end) = 0;
};

// One row of the table of meters (meter_table.cpp).
struct MeterRow {
  std::vector<const Definition*> definitions;
  std::function<std::unique_ptr<Meter>(const ClipFacts& facts)> make;
};

}  // namespace flowreel
