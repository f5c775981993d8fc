#include "pipeline/evaluate/judge.h"

#include <gtest/gtest.h>

#include "errors/error.h"
#include "tests/pipeline/evaluate/drawn_clips.h"

namespace flowreel {
namespace {

using shapes::Background;
using shapes::BackgroundColour;
using shapes::BackgroundKind;
using shapes::Scene;

bool same(const Background& a, const Background& b) {
  return a.kind == b.kind &&
         ((a.colour == b.colour && a.to == b.to) || (a.colour == b.to && a.to == b.colour));
}

// Every clip under every other's caption: where a property differs the verdict on it is no.
TEST(Judge, SaysNoToTheCaptionOfAnotherClip) {
  const std::vector<Scene> scenes = drawn_scenes(21, 150, shapes::Split::kAll);
  const std::vector<Observation> seen = observe_all(scenes, 17, 64);
  struct Count {
    int64_t differ = 0, refused = 0;
    void add(bool equal, bool verdict) {
      differ += equal ? 0 : 1;
      refused += !equal && !verdict ? 1 : 0;
    }
  } kind, colour, motion, background;
  for (size_t i = 0; i < scenes.size(); ++i) {
    for (const Scene& other : scenes) {
      const Verdict v = judge(seen[i], other);
      const shapes::Shape &a = scenes[i].shapes[0], &b = other.shapes[0];
      kind.add(a.kind == b.kind, v.shape);
      colour.add(a.colour == b.colour, v.colour);
      motion.add(a.motion == b.motion, v.motion);
      background.add(same(scenes[i].background, other.background), v.background);
    }
  }
  for (const Count& count : {kind, colour, motion, background}) {
    ASSERT_GT(count.differ, 10000);
    EXPECT_GE(static_cast<double>(count.refused), 0.99 * static_cast<double>(count.differ));
  }
}

Observation of(const Scene& scene) {
  Observation seen;
  seen.kind = scene.shapes[0].kind;
  seen.colour = scene.shapes[0].colour;
  seen.motion = scene.shapes[0].motion;
  seen.background = scene.background.kind;
  seen.background_colour = scene.background.colour;
  seen.background_to = scene.background.to;
  return seen;
}

TEST(Judge, WhatIsUnclearIsWrong) {
  const Scene scene = drawn_scenes(2, 1, shapes::Split::kAll)[0];
  ASSERT_TRUE(judge(of(scene), scene).all());
  const Verdict nothing = judge({}, scene);
  EXPECT_FALSE(nothing.shape || nothing.colour || nothing.motion || nothing.background);
  Observation seen = of(scene);
  seen.motion.reset();
  EXPECT_TRUE(judge(seen, scene).shape);
  EXPECT_FALSE(judge(seen, scene).all());
}

TEST(Judge, EndsOfAGradientMayBeEitherWayRound) {
  Scene scene = drawn_scenes(2, 1, shapes::Split::kAll)[0];
  scene.background.kind = BackgroundKind::kGradient;
  scene.background.colour = BackgroundColour::kBlack;
  scene.background.to = BackgroundColour::kWhite;
  Observation seen = of(scene);
  EXPECT_TRUE(judge(seen, scene).background);
  std::swap(seen.background_colour, seen.background_to);
  EXPECT_TRUE(judge(seen, scene).background);
  seen.background_to = BackgroundColour::kGrey;
  EXPECT_FALSE(judge(seen, scene).background);
  seen.background = BackgroundKind::kPlain;
  EXPECT_FALSE(judge(seen, scene).background);
}

TEST(Judge, ScenesOfSeveralShapesAreRefused) {
  const Scene scene = drawn_scenes(2, 1, shapes::Split::kAll, 2)[0];
  EXPECT_THROW(judge({}, scene), UsageError);
}

}  // namespace
}  // namespace flowreel
