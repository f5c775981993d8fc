#include "pipeline/train/shapes_set.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "pipeline/train/shapes/caption.h"
#include "pipeline/train/shapes/render.h"

namespace flowreel {
namespace {

DataOptions small() {
  DataOptions data;
  data.frames = 3;
  data.height = data.width = 16;
  data.shapes.seed = 4;
  return data;
}

TEST(ShapesSet, IsTheScenesOfItsSeedAndOfTheNext) {
  const ClipSets sets = shapes_clips(small(), at::kCPU);
  EXPECT_EQ(sets.training->count(), 0);
  for (const auto& [set, seed] : {std::pair(sets.training, 4u), std::pair(sets.validation, 5u)}) {
    const shapes::Scene scene = shapes::draw_scene(seed, 6);
    EXPECT_EQ(set->caption(6), shapes::caption(scene));
    EXPECT_TRUE(at::equal(set->clips({2, 6})[1], shapes::render_scenes({scene}, 3, 16, 16)[0]));
  }
}

TEST(ShapesSet, AnIdentityDependsOnAllThatIsDrawn) {
  const std::string identity = shapes_clips(small(), at::kCPU).training->identity(6);
  EXPECT_EQ(shapes_clips(small(), at::kCPU).training->identity(6), identity);
  EXPECT_NE(shapes_clips(small(), at::kCPU).training->identity(7), identity);
  EXPECT_NE(shapes_clips(small(), at::kCPU).validation->identity(6), identity);
  DataOptions wider = small(), panning = small(), still = small();
  wider.width = 24;
  panning.shapes.grammar.pan_probability = 0.51;  // too little to be seen in the first clips
  still.shapes.grammar.motions = {shapes::Motion::kStill};
  for (const DataOptions& other : {wider, panning, still})
    EXPECT_NE(shapes_clips(other, at::kCPU).training->identity(6), identity);
}

}  // namespace
}  // namespace flowreel
