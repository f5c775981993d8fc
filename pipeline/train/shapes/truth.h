// Ground truth: where a shape is, how large and how turned, at any time. The renderer draws from
// the same functions.
#pragma once

#include <cstdint>
#include <vector>

#include "pipeline/train/shapes/scene.h"

namespace flowreel::shapes {

// Units as in scene.h: the centre in pixels is (x width, y height), where (0,0) is the upper left
// corner of the upper left pixel; the radius in pixels is radius min(width, height).
struct Pose {
  double x;
  double y;
  double radius;
  double angle;
};

// The pose at time u in [0,1]:
//   left right up down diagonal   (x, y) + u (dx, dy)
//   bouncing    y + dy 4 s (1-s), s the fraction of phase + cycles u: parabolas up from y, dy < 0
//   orbiting    (x, y) + (dx cos, dy sin) of phase + cycles u
//   spinning    angle + cycles u
//   growing     the radius goes in a straight line, growth-fold, over its value at u = 1/2
//   shrinking   the same backwards
// Made of + - * / alone and so equal on every machine.
Pose pose(const Shape& shape, double u);

// u of frame 0 <= frame < frames: frame / (frames - 1), or 0 for a single frame.
double clip_time(int64_t frame, int64_t frames);

// The pose in each frame. Throws UsageError if frames < 1.
std::vector<Pose> poses(const Shape& shape, int64_t frames);

// Farthest that any point of the shape is from its centre during the clip, in smaller sides.
double greatest_reach(const Shape& shape);

}  // namespace flowreel::shapes
