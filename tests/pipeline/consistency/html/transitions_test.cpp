#include "pipeline/consistency/html/transitions.h"

#include <gtest/gtest.h>

#include "tests/pipeline/consistency/html/example_clips.h"
#include "tests/pipeline/consistency/html/page_faults.h"

namespace flowreel::html {
namespace {

using namespace test;

// The beginning of a PNG of 8 x 4 pixels.
const std::vector<uint8_t> kPng = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n', 0, 0, 0, 13,
                                   'I',  'H', 'D', 'R', 0,    0,    0,    8,    0, 0, 0, 4};

PairPictures pair(int64_t frame, const std::string& metric) {
  PairPictures pictures;
  pictures.frame = frame;
  pictures.value = 4.03;
  pictures.metric = metric;
  pictures.before_png = pictures.now_png = pictures.difference_png = pictures.flow_png = kPng;
  return pictures;
}

std::string shown(const std::vector<PairPictures>& worst) {
  HtmlClip made = clip("a", {measurement(kFlicker, 1)});
  made.result.facts.fps = 24;
  made.worst = worst;
  return transitions(made).str();
}

TEST(Transitions, ShowFourPicturesAndTheirFrames) {
  PairPictures one = pair(37, "flicker_mc");
  one.difference_gain = 8;
  one.flow_full = 3;
  const std::string html = shown({one});
  EXPECT_EQ(count(html, "<img "), 4u);
  EXPECT_EQ(attributes(html, "alt"),
            (std::vector<std::string>{"frame 36", "frame 37", "difference × 8",
                                      "motion, full colour at 3 px"}));
  EXPECT_TRUE(contains(html, "Frames 36 → 37 <span class=\"quiet\">1.54 s</span>"));
  EXPECT_TRUE(contains(html, "title=\"4.03\">4.030</data> levels"));
  EXPECT_TRUE(contains(html, "class=\"wheel\""));
  EXPECT_EQ(markup_fault(html), "");
}

TEST(Transitions, SayWhenMotionWasTakenOut) {
  PairPictures one = pair(37, "flicker_mc");
  one.motion_removed = true;
  EXPECT_TRUE(contains(shown({one}), "alt=\"difference without motion\""));
}

TEST(Transitions, OfOneFrameAreOneCard) {
  const std::string html =
      shown({pair(37, "flicker_mc"), pair(12, "flicker_mc"), pair(37, "<unknown>")});
  EXPECT_EQ(count(html, "<article"), 2u);
  EXPECT_EQ(count(html, "<img "), 8u);
  EXPECT_TRUE(contains(html, "&lt;unknown&gt; <data"));
  EXPECT_LT(html.find("36 → 37"), html.find("11 → 12"));
}

TEST(Transitions, LeaveOutWhatIsNotThere) {
  PairPictures small = pair(37, "flicker_mc");
  small.flow_png.clear();
  EXPECT_EQ(count(shown({small}), "<img "), 3u);
  EXPECT_FALSE(contains(shown({small}), "wheel"));
  EXPECT_EQ(shown({}), "");
}

}  // namespace
}  // namespace flowreel::html
