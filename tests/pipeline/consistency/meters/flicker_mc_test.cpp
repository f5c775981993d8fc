#include "pipeline/consistency/meters/flicker_mc.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tests/pipeline/consistency/test_clips.h"

namespace flowreel {
namespace {

using namespace test;

Measurement of(const Clip& clip, const char* name = "flicker_mc") {
  return measured(flicker_mc(), clip, name);
}

Clip pan(double speed, double alternating) {
  return clip_of(8, [=](int i) { return texture(speed * i, 0, i % 2 == 0 ? alternating : 0); });
}

TEST(FlickerMc, IsNothingForAStillClip) {
  for (const char* name : {"flicker_mc", "flicker_mc_p95"}) {
    const Measurement m = of(clip_of(4, [](int) { return texture(0, 0); }), name);
    EXPECT_EQ(m.value, 0);
    EXPECT_EQ(m.status, Status::kDegenerateStatic);
    EXPECT_EQ(m.samples, 2);
    EXPECT_EQ(m.coverage, 1);
  }
}

// An alternating offset a is there in full, however the clip moves.
TEST(FlickerMc, SeesAnAlternatingOffset) {
  EXPECT_NEAR(*of(pan(0, 4)).value, 4, 1e-6);
  EXPECT_NEAR(*of(pan(0, 4), "flicker_mc_p95").value, 4, 1e-6);
  EXPECT_NEAR(*of(pan(0, 1)).value, 1, 1e-6);
  const Measurement clean = of(pan(4, 0)), flickers = of(pan(4, 4));
  EXPECT_LT(*clean.value, 0.1);
  EXPECT_NEAR(*flickers.value, 4, 0.05);
  EXPECT_NEAR(*of(pan(4, 4), "flicker_mc_p95").value, 4, 0.05);
  EXPECT_GT(clean.coverage, 0.9);
}

TEST(FlickerMc, OfALinearFadeIsNothing) {
  const Clip clip = clip_of(6, [](int i) { return texture(0, 0, i); });
  EXPECT_NEAR(*of(clip).value, 0, 1e-6);
  EXPECT_NEAR(*of(clip, "flicker_mc_p95").value, 0, 1e-6);
}

// Independent noise of deviation s: the second difference is s sqrt(3/2) sqrt(2/pi) on average. The
// motion is found in spite of the noise, not quite as none, and smooths a few percent of it away.
TEST(FlickerMc, OfNoiseIsItsSecondDifference) {
  cv::RNG random(7);
  const double s = 4, expected = std::sqrt((s * s + 1 / 12.0) * 1.5 * 2 / std::numbers::pi);
  const Clip clip = clip_of(5, [&](int) {
    cv::Mat noise(kHeight, kWidth, CV_32F), grey, frame;
    random.fill(noise, cv::RNG::NORMAL, 0, s);
    cv::extractChannel(texture(0, 0), grey, 0);
    cv::add(grey, noise, grey, cv::noArray(), CV_8U);
    cv::merge(std::vector<cv::Mat>{grey, grey, grey}, frame);
    return frame;
  });
  const double value = *of(clip).value;
  EXPECT_LT(value, expected);
  EXPECT_GT(value, 0.9 * expected);
}

// A fifth of the picture flickers: the mean is a fifth of it, the tiles have it in full.
TEST(FlickerMc, FindsAPatchThatFlickers) {
  const Clip clip = clip_of(6, [](int i) {
    cv::Mat frame = texture(0, 0);
    if (i % 2 == 0) frame(cv::Rect(0, 0, 64, 80)) += cv::Scalar::all(5);
    return frame;
  });
  const double part = 64 * 80.0 / (kWidth * kHeight);
  EXPECT_NEAR(*of(clip).value, 5 * part, 0.1);
  EXPECT_NEAR(*of(clip, "flicker_mc_p95").value, 5, 1e-3);
}

TEST(FlickerMc, IsTheSameBackwards) {
  Clip clip =
      clip_of(7, [](int i) { return texture(2.3 * i, 0.4 * i * i, 3 * std::sin(2.0 * i)); });
  const Measurement forth = of(clip), forth_p95 = of(clip, "flicker_mc_p95");
  std::reverse(clip.begin(), clip.end());
  Measurement back = of(clip), back_p95 = of(clip, "flicker_mc_p95");
  std::reverse(back.series.begin(), back.series.end());
  for (size_t i = 1; i + 1 < clip.size(); ++i) EXPECT_EQ(back.series[i], forth.series[i]);
  EXPECT_DOUBLE_EQ(*back.value, *forth.value);
  EXPECT_DOUBLE_EQ(*back_p95.value, *forth_p95.value);
}

TEST(FlickerMc, LeavesOutTriplesAcrossACut) {
  Clip clip = pan(0, 2);
  for (int i = 0; i < 4; ++i) clip.push_back(flat(255, 0, 0));
  const Measurement m = of(clip);
  EXPECT_EQ(m.samples, 6 + 2);
  EXPECT_TRUE(std::isnan(m.series[7]));
  EXPECT_TRUE(std::isnan(m.series[8]));
  EXPECT_NEAR(m.series[6], 2, 1e-6);
  EXPECT_EQ(m.series[9], 0);
}

// Of three frames that stand still, of which the middle one is brighter by 4 on the left half and
// by 8 on the right one, with only the left `seen` columns trusted.
std::vector<Measurement> of_seen(int seen) {
  const auto still = std::make_shared<const Picture>(texture(0, 0));
  cv::Mat brighter = texture(0, 0, 4);
  brighter.colRange(kWidth / 2, kWidth) += cv::Scalar::all(4);
  const auto motion = std::make_shared<Motion>(*still, *still);
  motion->seen_onward.colRange(seen, kWidth) = 0;
  FrameMoment moment;
  moment.index = 2;
  moment.before2 = moment.now = still;
  moment.before = std::make_shared<const Picture>(brighter);
  moment.motion_before = moment.motion = motion;
  const std::unique_ptr<Meter> meter = flicker_mc().make({});
  meter->see(moment);
  ClipEnd end;
  end.frames = 3;
  return meter->finish(end);
}

TEST(FlickerMc, LooksAtTrustedPixelsOnly) {
  const std::vector<Measurement> half = of_seen(kWidth / 2), all = of_seen(kWidth);
  EXPECT_EQ(half[0].value, 4);
  EXPECT_EQ(half[0].coverage, 0.5);
  EXPECT_EQ(half[1].value, 4);
  EXPECT_EQ(all[0].value, 6);
  EXPECT_EQ(all[0].coverage, 1);
  EXPECT_EQ(all[1].value, 8);
}

// 100 columns are 12 tiles and half of the 13th, which counts: of its kind there are 8 %, so that
// the 95th percentile is its value. Of 99 it is less than half.
TEST(FlickerMc, TrustsTilesWithHalfTheirPixels) {
  EXPECT_EQ(of_seen(100)[1].value, 8);
  EXPECT_EQ(of_seen(99)[1].value, 4);
  EXPECT_DOUBLE_EQ(of_seen(99)[1].coverage, 12 / 24.0);
  EXPECT_DOUBLE_EQ(of_seen(99)[0].coverage, 99 / 192.0);
}

TEST(FlickerMc, WithoutTrustedPixelsHasNoValue) {
  for (const Measurement& m : of_seen(0)) {
    EXPECT_FALSE(m.value);
    EXPECT_EQ(m.status, Status::kNoValidPixels);
    EXPECT_EQ(m.coverage, 0);
  }
}

TEST(FlickerMc, NeedsThreeFrames) {
  for (const char* name : {"flicker_mc", "flicker_mc_p95"}) {
    EXPECT_EQ(of({texture(0, 0), texture(1, 0)}, name).status, Status::kTooFewFrames);
    EXPECT_EQ(of({}, name).status, Status::kTooFewFrames);
  }
}

}  // namespace
}  // namespace flowreel
