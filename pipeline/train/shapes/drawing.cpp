#include "pipeline/train/shapes/drawing.h"

#include <c10/util/StringUtil.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "errors/error.h"
#include "pipeline/train/shapes/caption.h"
#include "pipeline/train/shapes/colours.h"
#include "pipeline/train/shapes/dice.h"
#include "pipeline/train/shapes/placement.h"

namespace flowreel::shapes {
namespace {

constexpr int kRedraws = 100;  // of all shapes, when they do not fit beside one another

void check_weights(const std::string& option, const std::vector<double>& weights, size_t count) {
  if (weights.size() != count) {
    throw UsageError(
        c10::str("shapes: ", option, " has ", weights.size(), " values, expected ", count));
  }
  double sum = 0;
  for (double weight : weights) {
    if (!std::isfinite(weight) || weight < 0) {
      throw UsageError(c10::str("shapes: ", option, " has ", weight, ", expected 0 or more"));
    }
    sum += weight;
  }
  if (!(sum > 0)) throw UsageError(c10::str("shapes: ", option, " are all 0"));
}

// Enough colours are left for three shapes whatever the motion and the split.
std::vector<Shape> draw_shapes(const ShapesOptions& options, size_t count, Dice& dice) {
  std::vector<Triple> left = triples(options.split, options.motions);
  std::vector<Shape> shapes;
  while (shapes.size() < count) {
    const Triple triple = dice.pick(left);
    Shape shape;
    shape.kind = triple.kind;
    shape.colour = triple.colour;
    shape.motion = triple.motion;
    shapes.push_back(shape);
    std::erase_if(left, [&](const Triple& other) { return other.colour == triple.colour; });
  }
  return shapes;
}

bool all_visible(const std::vector<Shape>& shapes, const Background& background) {
  return std::all_of(shapes.begin(), shapes.end(),
                     [&](const Shape& shape) { return clearly_visible(shape.colour, background); });
}

// Uniform over the colours, or the pairs of colours, in front of which every shape is clear.
void draw_colours(Background& background, const std::vector<Shape>& shapes, Dice& dice) {
  const bool gradient = background.kind == BackgroundKind::kGradient;
  std::vector<Background> fitting;
  for (int from = 0; from < kBackgroundColours; ++from) {
    for (int to = 0; to < kBackgroundColours; ++to) {
      background.colour = static_cast<BackgroundColour>(from);
      background.to = static_cast<BackgroundColour>(to);
      const bool pair = gradient ? clearly_different(background.colour, background.to) : from == to;
      if (pair && all_visible(shapes, background)) fitting.push_back(background);
    }
  }
  background = dice.pick(fitting);
}

Background draw_background(const ShapesOptions& options, const std::vector<Shape>& shapes,
                           Dice& dice) {
  Background background;
  background.kind = static_cast<BackgroundKind>(dice.weighted(options.background_weights));
  draw_colours(background, shapes, dice);
  background.angle = dice.uniform(0, 1);
  background.waves = dice.uniform(2.5, 4);
  for (double& phase : background.phases) phase = dice.uniform(0, 1);
  if (background.kind == BackgroundKind::kTextured && dice.chance(options.pan_probability)) {
    background.pan = static_cast<Pan>(1 + dice.below(kPans - 1));
    background.pan_distance = dice.uniform(0.25, 0.45);
  }
  return background;
}

}  // namespace

void check(const ShapesOptions& options) {
  check_weights("count_weights", options.count_weights, 3);
  check_weights("background_weights", options.background_weights, kBackgroundKinds);
  if (!(options.pan_probability >= 0 && options.pan_probability <= 1)) {
    throw UsageError(
        c10::str("shapes: pan_probability is ", options.pan_probability, ", expected 0 to 1"));
  }
  const std::set<Motion> motions(options.motions.begin(), options.motions.end());
  if (motions.empty() || motions.size() != options.motions.size()) {
    throw UsageError(c10::str("shapes: motions has ", options.motions.size(), " values, ",
                              motions.size(),
                              " of them different, expected each at most once"
                              " and at least one"));
  }
}

Scene draw_scene(uint64_t seed, uint64_t index, const ShapesOptions& options) {
  check(options);
  Dice dice(seed, index);
  Scene scene;
  const size_t count = 1 + dice.weighted(options.count_weights);
  for (int redraw = 0; redraw < kRedraws; ++redraw) {
    scene.shapes = draw_shapes(options, count, dice);
    if (!place(scene.shapes, dice)) continue;
    scene.background = draw_background(options, scene.shapes, dice);
    scene.phrasing = static_cast<int>(dice.below(kPhrasings));
    return scene;
  }
  throw NumericsError(c10::str("shapes: scene ", index, " of seed ", seed, " has no room for its ",
                               count, " shapes"));
}

}  // namespace flowreel::shapes
