// Rendered clips, whose truth is known, as they are and as a decoder or a codec leaves them.
#include "pipeline/evaluate/observe.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>
#include <set>

#include "errors/error.h"
#include "pipeline/evaluate/evaluate.h"
#include "pipeline/train/shapes/caption.h"
#include "tests/pipeline/evaluate/drawn_clips.h"

namespace flowreel {
namespace {

using shapes::Scene;
using shapes::Split;

// At least this share right, of each property; the first wrong ones are told.
void expect_right(const std::vector<Scene>& scenes, const std::vector<Observation>& seen,
                  double least) {
  std::vector<JudgedClip> clips;
  for (size_t i = 0; i < scenes.size(); ++i) {
    const Verdict verdict = judge(seen[i], scenes[i]);
    clips.push_back({scenes[i], shapes::caption(scenes[i]), seen[i], verdict});
  }
  std::string wrong;
  for (const JudgedClip& clip : clips) {
    if (!clip.verdict.all() && wrong.size() < 2000)
      wrong += clip.caption + " | " + describe(clip.seen) + "\n";
  }
  for (const Rate& rate : rates(clips)) {
    if (rate.property == "all four") continue;
    EXPECT_GE(static_cast<double>(rate.right), least * static_cast<double>(rate.of))
        << rate.property << ", wrong:\n"
        << wrong;
  }
}

std::vector<Scene> both_splits(uint64_t seed, int64_t each) {
  std::vector<Scene> scenes = drawn_scenes(seed, each, Split::kTraining);
  for (const Scene& scene : drawn_scenes(seed + 1, each, Split::kHeldOut)) scenes.push_back(scene);
  return scenes;
}

TEST(Observe, SmallClipsAreSeenRight) {
  const std::vector<Scene> scenes = both_splits(1, 120);
  std::set<shapes::Motion> motions;
  std::set<shapes::BackgroundColour> backgrounds;
  for (const Scene& scene : scenes) {
    motions.insert(scene.shapes[0].motion);
    backgrounds.insert(scene.background.colour);
  }
  ASSERT_EQ(motions.size(), static_cast<size_t>(shapes::kMotions));
  ASSERT_EQ(backgrounds.size(), static_cast<size_t>(shapes::kBackgroundColours));
  expect_right(scenes, observe_all(scenes, 17, 64), 0.99);
}

TEST(Observe, LargeClipsAreSeenRight) {
  const std::vector<Scene> scenes = both_splits(3, 40);
  expect_right(scenes, observe_all(scenes, 33, 128), 0.99);
}

TEST(Observe, OtherProportionsAreSeenRight) {
  const std::vector<Scene> scenes = drawn_scenes(5, 20, Split::kAll);
  std::vector<Observation> seen;
  for (const Scene& scene : scenes) {
    const at::Tensor square = rendered(scene, 17, 96);
    seen.push_back(observe(at::cat({square, square.narrow(2, 95, 1).expand({17, 96, 24, 3})}, 2)));
  }
  for (size_t i = 0; i < scenes.size(); ++i) {
    EXPECT_EQ(seen[i].kind, scenes[i].shapes[0].kind) << shapes::caption(scenes[i]);
    EXPECT_EQ(seen[i].colour, scenes[i].shapes[0].colour) << shapes::caption(scenes[i]);
  }
}

TEST(Observe, BlurredClipsAreSeenRight) {
  const std::vector<Scene> scenes = both_splits(7, 50);
  const auto blur = [](cv::Mat3b& frame) { cv::GaussianBlur(frame, frame, {}, 1); };
  expect_right(scenes, observe_all(scenes, 17, 64, blur), 0.95);
}

TEST(Observe, NoisyClipsAreSeenRight) {
  const std::vector<Scene> scenes = both_splits(9, 50);
  const auto noise = [](cv::Mat3b& frame) {
    static thread_local cv::RNG random(5);
    cv::Mat3f levels(frame.size());
    random.fill(levels, cv::RNG::NORMAL, 0, 6);
    levels += frame;
    levels.convertTo(frame, CV_8U);
  };
  expect_right(scenes, observe_all(scenes, 17, 64, noise), 0.95);
}

TEST(Observe, ClipsOfLowerResolutionAreSeenRight) {
  const std::vector<Scene> scenes = both_splits(11, 50);
  const auto resample = [](cv::Mat3b& frame) {
    cv::Mat3b small;
    cv::resize(frame, small, {}, 1 / 1.5, 1 / 1.5, cv::INTER_AREA);
    cv::resize(small, frame, frame.size(), 0, 0, cv::INTER_CUBIC);
  };
  expect_right(scenes, observe_all(scenes, 17, 64, resample), 0.95);
}

// Edges that ring, colours that are a little off, outlines that tremble.
TEST(Observe, DistortedClipsAreSeenRight) {
  const std::vector<Scene> scenes = both_splits(13, 50);
  const auto distort = [](cv::Mat3b& frame) {
    static thread_local cv::RNG random(6);
    cv::Mat2f coarse(frame.rows / 6, frame.cols / 6), map;
    random.fill(coarse, cv::RNG::NORMAL, 0, 0.5);
    cv::resize(coarse, map, frame.size(), 0, 0, cv::INTER_CUBIC);
    for (int y = 0; y < map.rows; ++y) {
      for (int x = 0; x < map.cols; ++x) map(y, x) += cv::Vec2f(cv::Point2f(cv::Point(x, y)));
    }
    cv::Mat3b moved, soft;
    cv::remap(frame, moved, map, cv::noArray(), cv::INTER_LINEAR, cv::BORDER_REPLICATE);
    cv::GaussianBlur(moved, soft, {}, 1.5);
    cv::addWeighted(moved, 1.7, soft, -0.7, 0, frame);
    frame.convertTo(frame, -1, 0.96, 6);
  };
  expect_right(scenes, observe_all(scenes, 17, 64, distort), 0.95);
}

TEST(Observe, SaysWhatItSawInWords) {
  Observation seen;
  EXPECT_EQ(describe(seen), "? ? ?, ? ?");
  seen.kind = shapes::Kind::kStar;
  seen.colour = shapes::Colour::kRed;
  seen.motion = shapes::Motion::kSpinning;
  seen.background = shapes::BackgroundKind::kGradient;
  seen.background_colour = shapes::BackgroundColour::kBlack;
  EXPECT_EQ(describe(seen), "red star spinning, gradient black to ?");
}

TEST(Observe, WhatIsNoClipIsRefused) {
  EXPECT_THROW(observe(at::zeros({4, 64, 64, 3}, at::kByte)), UsageError);
  EXPECT_THROW(observe(at::zeros({9, 31, 64, 3}, at::kByte)), UsageError);
  EXPECT_THROW(observe(at::zeros({9, 64, 64, 3})), UsageError);
  EXPECT_THROW(observe(at::zeros({9, 3, 64, 64}, at::kByte)), UsageError);
}

}  // namespace
}  // namespace flowreel
