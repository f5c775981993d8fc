#include "pipeline/evaluate/judge.h"

#include "errors/error.h"

namespace flowreel {
namespace {

bool background_is(const Observation& seen, const shapes::Background& wanted) {
  if (seen.background != wanted.kind) return false;
  if (wanted.kind != shapes::BackgroundKind::kGradient) {
    return seen.background_colour == wanted.colour;
  }
  return (seen.background_colour == wanted.colour && seen.background_to == wanted.to) ||
         (seen.background_colour == wanted.to && seen.background_to == wanted.colour);
}

}  // namespace

Verdict judge(const Observation& seen, const shapes::Scene& scene) {
  if (scene.shapes.size() != 1) {
    throw UsageError("scene to judge has " + std::to_string(scene.shapes.size()) +
                     " shapes, expected 1");
  }
  const shapes::Shape& wanted = scene.shapes[0];
  return {seen.kind == wanted.kind, seen.colour == wanted.colour, seen.motion == wanted.motion,
          background_is(seen, scene.background)};
}

}  // namespace flowreel
