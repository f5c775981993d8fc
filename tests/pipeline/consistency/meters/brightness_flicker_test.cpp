#include "pipeline/consistency/meters/brightness_flicker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/pipeline/consistency/test_clips.h"

namespace flowreel {
namespace {

using namespace test;

constexpr const char* kAll[] = {"brightness_flicker", "brightness_flicker_max", "colour_flicker_a",
                                "colour_flicker_b"};

Measurement of(const Clip& clip, const char* name = "brightness_flicker") {
  return measured(brightness_flicker(), clip, name);
}

TEST(BrightnessFlicker, IsNothingForAStillClip) {
  for (const char* name : kAll) {
    const Measurement m = of(clip_of(5, [](int) { return texture(0, 0); }), name);
    EXPECT_EQ(m.value, 0);
    EXPECT_EQ(m.status, Status::kDegenerateStatic);
    EXPECT_EQ(m.samples, 3);
    EXPECT_EQ(m.coverage, 1);
  }
}

TEST(BrightnessFlicker, OfAnAlternatingOffsetIsTheOffset) {
  for (const int a : {1, 5}) {
    const Clip clip = clip_of(8, [a](int i) { return texture(0, 0, i % 2 == 0 ? a : 0); });
    EXPECT_NEAR(*of(clip).value, a, 1e-9);
    EXPECT_NEAR(*of(clip, "brightness_flicker_max").value, a, 1e-9);
  }
}

TEST(BrightnessFlicker, SeesItUnderMotion) {
  const auto pan = [](double a) {
    return clip_of(8, [a](int i) { return texture(4 * i, 0, i % 2 == 0 ? a : 0); });
  };
  EXPECT_LT(*of(pan(0)).value, 0.05);
  EXPECT_NEAR(*of(pan(4)).value, 4, 0.05);
}

TEST(BrightnessFlicker, OfALinearFadeIsNothing) {
  const Clip clip = clip_of(12, [](int i) { return texture(0, 0, i); });
  EXPECT_NEAR(*of(clip).value, 0, 1e-9);
  EXPECT_NEAR(*of(clip, "brightness_flicker_max").value, 0, 1e-9);
}

TEST(BrightnessFlicker, NamesTheWorstFrame) {
  const Clip clip = clip_of(8, [](int i) { return texture(i, 0, i == 5 ? 6 : i == 2 ? 3 : 0); });
  const Measurement m = of(clip, "brightness_flicker_max");
  EXPECT_NEAR(*m.value, 6, 0.05);
  EXPECT_EQ(m.note, "at frame 5");
  EXPECT_TRUE(m.series.empty());
  EXPECT_NEAR(of(clip).series[5], 6, 0.05);
}

// Brightness weighs R, G and B; a* and b* come from the Lab of the mean colour.
TEST(ColourFlicker, SeesColourAtConstantLightness) {
  const cv::Mat one = flat(130, 100, 100), other = flat(100, 110, 140);
  const Clip clip = clip_of(6, [&](int i) { return i % 2 == 0 ? one : other; });
  const Picture a(one), b(other);
  const auto lab = [](const Picture& p) { return p.small_lab().at<cv::Vec3f>(0, 0); };
  EXPECT_NEAR(*of(clip, "colour_flicker_a").value, std::abs(lab(a)[1] - lab(b)[1]), 1e-4);
  EXPECT_NEAR(*of(clip, "colour_flicker_b").value, std::abs(lab(a)[2] - lab(b)[2]), 1e-4);
  EXPECT_GT(*of(clip, "colour_flicker_a").value, 5);
  EXPECT_GT(*of(clip, "colour_flicker_b").value, 20);
  EXPECT_NEAR(*of(clip).value, std::abs(30 * 0.299 - 10 * 0.587 - 40 * 0.114), 1e-9);
}

TEST(BrightnessFlicker, IsTheSameBackwardsToTheLastDigit) {
  Clip clip = clip_of(40, [](int i) {
    const cv::Mat frame = texture(1.7 * i * i, 0.9 * i, 60 * std::sin(3.1 * i));
    return cv::Mat(frame - cv::Scalar(13.0 * (i % 5), 0, 21.0 * (i % 3)));
  });
  const std::vector<Measurement> forth = measured(brightness_flicker(), clip);
  std::reverse(clip.begin(), clip.end());
  const std::vector<Measurement> back = measured(brightness_flicker(), clip);
  ASSERT_EQ(forth.size(), 4);
  for (size_t i = 0; i < forth.size(); ++i) EXPECT_EQ(back[i].value, forth[i].value);
}

TEST(BrightnessFlicker, LeavesOutTriplesAcrossACut) {
  const cv::Mat dark = flat(20, 20, 20), less = flat(22, 22, 22), red = flat(255, 0, 0);
  const Clip clip = {dark, less, dark, less, dark, red, red, red, red};
  const Measurement m = of(clip);
  EXPECT_EQ(m.samples, 5);  // 1, 2, 3 and 6, 7
  EXPECT_TRUE(std::isnan(m.series[4]));
  EXPECT_TRUE(std::isnan(m.series[5]));
  EXPECT_NEAR(*m.value, 3 * 2 / 5.0, 1e-9);
  EXPECT_NEAR(*of(clip, "brightness_flicker_max").value, 2, 1e-9);
}

TEST(BrightnessFlicker, NeedsThreeFrames) {
  for (const char* name : kAll) {
    EXPECT_EQ(of({texture(0, 0), texture(0, 0, 4)}, name).status, Status::kTooFewFrames);
    EXPECT_EQ(of({}, name).status, Status::kTooFewFrames);
    EXPECT_FALSE(of({}, name).value);
  }
}

}  // namespace
}  // namespace flowreel
