#include "pipeline/consistency/html/clip_curves.h"

#include <gtest/gtest.h>

#include "tests/pipeline/consistency/html/example_clips.h"
#include "tests/pipeline/consistency/html/page_faults.h"

namespace flowreel::html {
namespace {

using namespace test;

TEST(ClipCurves, ClipsShareTheirScale) {
  const std::vector<HtmlClip> clips = {clip("a", {measurement(kFlicker, 1, {0, 1, 2})}),
                                       clip("b", {measurement(kFlicker, 1, {0, 1, 19})})};
  const SharedAxes axes = shared_axes(clips);
  EXPECT_EQ(axes.by_metric.at("flicker_mc").high, 20);
  EXPECT_EQ(axes.clips, 2u);
  const std::string html = clip_curves(clips[0], axes).str();
  EXPECT_TRUE(contains(html, ">20</text>"));
  EXPECT_TRUE(contains(html, "one scale for the 2 clips"));
  EXPECT_EQ(markup_fault(html), "");
}

TEST(ClipCurves, AStillClipHasItsOwn) {
  const std::vector<HtmlClip> clips = {
      clip("a", {measurement(kLikeness, 1, {0.90, 0.91, 0.92})}),
      still_clip("b", {measurement(kLikeness, 1, {0.9999, 1, 1})})};
  const SharedAxes axes = shared_axes(clips);
  EXPECT_LT(axes.by_metric.at("adjacent_ssim").high, 0.95);
  const std::string html = clip_curves(clips[1], axes).str();
  EXPECT_TRUE(contains(html, ">1.00000</text>") || contains(html, ">1.0000</text>"));
  EXPECT_FALSE(contains(html, "one scale"));
}

TEST(ClipCurves, WhatNeverChangesIsNamedOnly) {
  const HtmlClip made =
      clip("a", {measurement(kFlicker, 1, {0, 1, 2}), measurement(kLikeness, 1, {0.5, 0.5, 0.5})});
  const std::string html = clip_curves(made, shared_axes({made})).str();
  EXPECT_EQ(count(html, "<figure"), 1u);
  EXPECT_TRUE(contains(html,
                       "The same in every frame: <a class=\"metric\" "
                       "href=\"#def-adjacent_ssim\">"));
}

TEST(ClipCurves, TheDriftCurveComesFromItsNote) {
  const Definition drift = {
      "drift_curve", "flowreel/drift_curve@1", "1/octave", Direction::kHigherIsBetter, "", ""};
  Measurement m = measurement(drift, -0.1);
  m.note = "dt 1: 0.9000, dt 2: 0.8000";
  HtmlClip made = clip("a", {m});
  EXPECT_TRUE(contains(clip_curves(made, shared_axes({made})).str(), "frames apart"));
  made.result.measurements[0].note = "something else";
  EXPECT_EQ(clip_curves(made, shared_axes({made})).str(), "");
}

TEST(ClipCurves, MayBeNone) {
  const HtmlClip made = clip("a", {missing(kFlicker, Status::kTooFewFrames)});
  EXPECT_EQ(clip_curves(made, shared_axes({made})).str(), "");
}

}  // namespace
}  // namespace flowreel::html
