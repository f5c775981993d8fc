// What is no case of the grammar has no name in it.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

#include "pipeline/evaluate/judge.h"
#include "pipeline/train/shapes/caption.h"
#include "tests/pipeline/evaluate/drawn_clips.h"

namespace flowreel {
namespace {

using shapes::Kind;

void expect_no_shape(const Observation& seen) {
  EXPECT_FALSE(seen.kind || seen.colour || seen.motion) << describe(seen);
}

TEST(ObserveUnclear, SeveralShapesAreNotOne) {
  for (const size_t count : {2, 3}) {
    const auto scenes = drawn_scenes(31, 60, shapes::Split::kAll, count);
    const std::vector<Observation> seen = observe_all(scenes, 17, 64);
    for (size_t i = 0; i < scenes.size(); ++i) {
      expect_no_shape(seen[i]);
      EXPECT_EQ(seen[i].background, scenes[i].background.kind) << shapes::caption(scenes[i]);
    }
  }
}

TEST(ObserveUnclear, AnEmptyClipHasABackgroundAlone) {
  const Observation seen = observe(at::full({17, 64, 64, 3}, 128, at::kByte));
  expect_no_shape(seen);
  EXPECT_EQ(describe(seen), "? ? ?, plain grey");
}

TEST(ObserveUnclear, NoiseHasNothing) {
  at::manual_seed(1);
  for (const int64_t frames : {int64_t{17}, int64_t{1}}) {
    for (const int64_t channels : {int64_t{3}, int64_t{1}}) {
      const at::Tensor noise = at::randint(0, 256, {frames, 64, 64, channels}, at::kByte);
      const Observation seen = observe(noise.expand({17, 64, 64, 3}).contiguous());
      EXPECT_EQ(describe(seen), "? ? ?, ? ?");
    }
  }
}

// Soft blobs of all colours, as of an untrained decoder.
TEST(ObserveUnclear, CloudsHaveNothing) {
  at::manual_seed(2);
  for (int i = 0; i < 8; ++i) {
    const at::Tensor soft =
        at::upsample_bilinear2d(at::randn({1, 3, 5, 5}), {64, 64}, /*align_corners=*/false);
    const at::Tensor clip = (soft * 60 + 128).clamp(0, 255).to(at::kByte).permute({0, 2, 3, 1});
    const Observation seen = observe(clip.expand({17, 64, 64, 3}).contiguous());
    EXPECT_FALSE(seen.kind && seen.colour && seen.motion) << describe(seen);
    EXPECT_FALSE(seen.background) << describe(seen);
  }
}

TEST(ObserveUnclear, TwoHalvesAreNoGradient) {
  const at::Tensor clip = at::zeros({17, 64, 64, 3}, at::kByte);
  clip.narrow(2, 0, 32).fill_(255);
  EXPECT_FALSE(observe(clip).background);
}

Observation of_form(const std::vector<cv::Point2d>& form) {
  return observe(drawn([&](double) { return Figure{form}; }));
}

TEST(ObserveUnclear, OtherFormsHaveNoKind) {
  EXPECT_EQ(of_form(round()).kind, Kind::kCircle);
  EXPECT_EQ(of_form(corners(4)).kind, Kind::kSquare);
  const std::vector<std::vector<cv::Point2d>> others = {
      corners(5),
      corners(6),
      corners(8, {1.2, 0.45}),
      corners(12, {1.1, 0.6}),
      {{-1, -0.5}, {1, -0.5}, {1, 0.5}, {-1, 0.5}},
      {{-1, -1}, {1, 1}, {-1, 1}},
      {{0, -1}, {0.5, 0}, {0, 1}, {-0.5, 0}},
  };
  for (const auto& form : others) {
    const Observation seen = of_form(form);
    EXPECT_FALSE(seen.kind) << form.size() << " corners: " << describe(seen);
    EXPECT_EQ(seen.colour, shapes::Colour::kRed);
    EXPECT_EQ(seen.motion, shapes::Motion::kStill);
  }
}

TEST(ObserveUnclear, OtherColoursHaveNoName) {
  for (const cv::Scalar& rgb : {cv::Scalar(128, 128, 128), {255, 150, 203}, {130, 80, 40}}) {
    const auto figure = [&](double) { return Figure{.corners = round(), .rgb = rgb}; };
    EXPECT_FALSE(observe(drawn(figure)).colour) << rgb;
  }
}

TEST(ObserveUnclear, TwoColoursAtOnceOrInTurnHaveNoName) {
  const auto figure = [](double) { return Figure{round()}; };
  const auto cover_half = [](cv::Mat3b& large, double) {
    const cv::Point middle(large.cols / 2, large.rows / 2);
    cv::ellipse(large, middle, {56, 56}, 0, 0, 180, {255, 232, 40}, cv::FILLED);
  };
  EXPECT_FALSE(observe(drawn(figure, cover_half)).colour);
  const auto change = [](double u) {
    return Figure{.corners = round(),
                  .rgb = u < 0.5 ? cv::Scalar(224, 32, 40) : cv::Scalar(30, 180, 50)};
  };
  EXPECT_FALSE(observe(drawn(change)).colour);
}

TEST(ObserveUnclear, AFormThatChangesHasNoKind) {
  const auto figure = [](double u) { return Figure{u < 0.5 ? round() : corners(4)}; };
  EXPECT_FALSE(observe(drawn(figure)).kind);
}

TEST(ObserveUnclear, WhatVanishesIsNotThere) {
  const auto figure = [](double u) {
    return u < 0.6 ? Figure{round()} : Figure{std::vector<cv::Point2d>()};
  };
  expect_no_shape(observe(drawn(figure)));
}

TEST(ObserveUnclear, AFlickeringBackgroundHasNoName) {
  const at::Tensor clip = at::full({16, 64, 64, 3}, 128, at::kByte);
  clip.narrow(0, 0, 8).fill_(30);
  EXPECT_FALSE(observe(clip).background);
}

}  // namespace
}  // namespace flowreel
