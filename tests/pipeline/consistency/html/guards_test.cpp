#include "pipeline/consistency/html/guards.h"

#include <gtest/gtest.h>

#include "tests/pipeline/consistency/html/example_clips.h"
#include "tests/pipeline/consistency/html/page_faults.h"

namespace flowreel::html {
namespace {

using namespace test;

const Definition kDuplicates = {
    "duplicate_ratio", "flowreel/duplicate_ratio@1", "1", Direction::kLowerIsBetter, "", ""};

std::string only_remark(const HtmlClip& about) {
  const std::vector<Remark> remarks = remarks_on({about});
  EXPECT_EQ(remarks.size(), 1u);
  if (remarks.size() != 1) return "";
  EXPECT_EQ(remarks[0].concern, Concern::kGuard);
  EXPECT_EQ(remarks[0].clip, about.label);
  return remarks[0].text;
}

TEST(Guards, AStillClip) {
  EXPECT_TRUE(contains(only_remark(still_clip("a", {})), "stands still"));
}

TEST(Guards, Cuts) {
  HtmlClip cut = clip("a", {});
  cut.result.end.cuts = {7, 20};
  EXPECT_TRUE(contains(only_remark(cut), "scene cuts at frames 7, 20"));
  cut.result.end.cuts = {1, 2, 3, 4, 5, 6, 7, 8};
  EXPECT_TRUE(contains(only_remark(cut), "1, 2, 3, 4, 5, 6 and 2 more"));
}

TEST(Guards, Duplicates) {
  Measurement m = measurement(kDuplicates, 0.25);
  m.note = "every 4 frames";
  EXPECT_TRUE(contains(only_remark(clip("a", {m})), "25\u00a0% of the frames"));
  EXPECT_TRUE(contains(only_remark(clip("a", {m})), "every 4 frames"));
  EXPECT_TRUE(remarks_on({clip("a", {measurement(kDuplicates, 0)})}).empty());
}

TEST(Guards, WhatCouldNotBeSeen) {
  Measurement little = measurement(kFlicker, 1), less = measurement(kLikeness, 1);
  little.coverage = 0.4;
  less.coverage = 0.3;
  EXPECT_TRUE(contains(only_remark(clip("a", {little, less})), "adjacent_ssim could use 30"));
  little.coverage = 0.6;
  EXPECT_TRUE(remarks_on({clip("a", {little})}).empty());
  EXPECT_TRUE(remarks_on({clip("a", {missing(kFlicker, Status::kNoValidPixels)})}).empty());
}

TEST(Guards, ComeBeforeWarnings) {
  HtmlClip warned = clip("a", {measurement(kMotion, 0.1)});
  warned.result.warnings = {"one", "two"};
  const HtmlClip fast = clip("b", {measurement(kMotion, 0.2)});
  const std::vector<Remark> remarks = remarks_on({warned, fast});
  ASSERT_EQ(remarks.size(), 3u);
  EXPECT_EQ(remarks[0].clip, "");
  EXPECT_EQ(remarks[0].concern, Concern::kGuard);
  EXPECT_EQ(remarks[1].concern, Concern::kWarning);
  EXPECT_EQ(remarks[2].text, "two");
}

TEST(Guards, TheListTellsThemApartInWords) {
  HtmlClip both = still_clip("<b>", {});
  both.result.warnings = {"</ul>"};
  const std::string list = guard_list({both}).str();
  EXPECT_TRUE(contains(list, ">guard<"));
  EXPECT_TRUE(contains(list, ">warning<"));
  EXPECT_TRUE(contains(list, "&lt;b&gt;"));
  EXPECT_TRUE(contains(list, "&lt;/ul&gt;"));
  EXPECT_EQ(markup_fault(list), "");
  EXPECT_TRUE(contains(guard_list({clip("a", {})}).str(), "No guard"));
}

}  // namespace
}  // namespace flowreel::html
