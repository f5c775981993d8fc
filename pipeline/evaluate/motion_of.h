// Names the motion of a track, or none where it is no clear case of any.
#pragma once

#include <optional>
#include <vector>

#include "pipeline/train/shapes/scene.h"

namespace flowreel {

// Units as in shapes::Pose: fractions of width and height, of the smaller side, turns. `u` is 0 in
// the first frame and 1 in the last. Turns are known up to the shape's symmetry.
struct TrackPoint {
  double u, x, y, radius, angle;
};

// A moving shape is one that crosses at least a sixth of the frame, a still one stays within a
// fifteenth; each path has to explain nine tenths of what the centre does. Nothing may happen
// besides: a shape that moves and grows by half, or spins and moves, has no name here.
//
//   left right up down diagonal   a line that is covered at even speed, roughly
//   bouncing    parabolas up from a floor, 1.2 to 3 in the clip; x stays
//   orbiting    a circle, 0.7 to 1.5 rounds; both axes within a factor of 2
//   growing     by at least 1.35, shrinking likewise; still: by less than 1.2 either way
//   spinning    at least 0.3 turns; still: less than 0.12
//
// `symmetry`: the turn after which the shape looks the same; 0: angles mean nothing. Unset for
// fewer than 5 points.
std::optional<shapes::Motion> motion_of(const std::vector<TrackPoint>& track, double symmetry);

}  // namespace flowreel
