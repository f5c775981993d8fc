// How likeness falls as frames lie further apart: 1, 2, 4, 8, … frames.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "pipeline/consistency/clip_facts.h"
#include "pipeline/consistency/measurement.h"

namespace flowreel {

// The likeness of pairs of frames that lie dt = 2^octave apart.
class DriftPairs {
 public:
  void add(int64_t frame, size_t octave, double likeness);  // `frame` is the later one

  // The slope of the mean likeness over log2(dt), by least squares, each dt counted once, of pairs
  // with no cut between them; the note is the curve. kTooFewFrames below two distances.
  Measurement finish(const Definition& definition, const ClipEnd& end) const;

 private:
  struct Pair {
    int64_t frame;
    size_t octave;
    double likeness;
  };
  struct Mean {
    double sum = 0;
    int64_t count = 0;

    double value() const { return sum / static_cast<double>(count); }
  };
  std::map<size_t, Mean> within_scenes(const ClipEnd& end) const;
  static double slope(const std::map<size_t, Mean>& curve);

  std::vector<Pair> pairs_;
};

// Compares the frames k dt and (k + 1) dt for every dt, with what is kept of one frame for each.
template <class Kept>
class DriftCurve {
 public:
  // Frames from 0 on; `likeness(then)` is that of an earlier frame and this one.
  template <class Likeness>
  void see(int64_t frame, const Kept& now, Likeness&& likeness) {
    if (frame == 0) first_ = now;
    size_t octave = 0;
    for (int64_t dt = 1; dt <= frame && frame % dt == 0; dt *= 2, ++octave) {
      if (octave == anchors_.size()) anchors_.push_back(first_);
      pairs_.add(frame, octave, likeness(anchors_[octave]));
      anchors_[octave] = now;
    }
  }

  Measurement finish(const Definition& definition, const ClipEnd& end) const {
    return pairs_.finish(definition, end);
  }

 private:
  Kept first_;
  std::vector<Kept> anchors_;  // by octave: the last frame that dt divides
  DriftPairs pairs_;
};

}  // namespace flowreel
