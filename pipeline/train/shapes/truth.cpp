#include "pipeline/train/shapes/truth.h"

#include <c10/util/StringUtil.h>

#include <algorithm>
#include <cmath>

#include "errors/error.h"
#include "pipeline/flow/elementary.h"
#include "pipeline/train/shapes/outline.h"

namespace flowreel::shapes {
namespace {

double fraction(double cycles) { return cycles - std::floor(cycles); }

// From 2 / (1 + growth) to growth times that, 1 in the middle.
double grown(double growth, double u) { return 2 * (1 + (growth - 1) * u) / (1 + growth); }

}  // namespace

Pose pose(const Shape& shape, double u) {
  Pose now = {shape.x, shape.y, shape.radius, shape.angle};
  const double s = fraction(shape.phase + shape.cycles * u);
  switch (shape.motion) {
    case Motion::kStill:
      break;
    case Motion::kLeft:
    case Motion::kRight:
    case Motion::kUp:
    case Motion::kDown:
    case Motion::kDiagonal:
      now.x += u * shape.dx;
      now.y += u * shape.dy;
      break;
    case Motion::kBouncing:
      now.y += shape.dy * 4 * s * (1 - s);
      break;
    case Motion::kOrbiting: {
      const SinCos turned = reproducible_sincos_turns(s);
      now.x += shape.dx * turned.cos;
      now.y += shape.dy * turned.sin;
      break;
    }
    case Motion::kSpinning:
      now.angle += shape.cycles * u;
      break;
    case Motion::kGrowing:
      now.radius *= grown(shape.growth, u);
      break;
    case Motion::kShrinking:
      now.radius *= grown(shape.growth, 1 - u);
      break;
  }
  return now;
}

double clip_time(int64_t frame, int64_t frames) {
  return frames == 1 ? 0 : static_cast<double>(frame) / static_cast<double>(frames - 1);
}

std::vector<Pose> poses(const Shape& shape, int64_t frames) {
  if (frames < 1) throw UsageError(c10::str("clip has ", frames, " frames, expected at least 1"));
  std::vector<Pose> all;
  all.reserve(static_cast<size_t>(frames));
  for (int64_t frame = 0; frame < frames; ++frame) {
    all.push_back(pose(shape, clip_time(frame, frames)));
  }
  return all;
}

double greatest_reach(const Shape& shape) {
  return reach(shape.kind) * std::max(pose(shape, 0).radius, pose(shape, 1).radius);
}

}  // namespace flowreel::shapes
