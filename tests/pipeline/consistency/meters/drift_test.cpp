#include "pipeline/consistency/meters/drift.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "pipeline/consistency/colour_difference.h"
#include "tests/pipeline/consistency/test_clips.h"

namespace flowreel {
namespace {

using namespace test;

constexpr double kFps = 12;

Measurement of(const Clip& clip, const char* name) {
  ClipFacts facts;
  facts.fps = kFps;
  return measured(drift(), clip, name, facts);
}

// 25 frames, of which frame t is `to` in t of 24 equal strips and black in the rest.
Clip ramp_to(const cv::Mat& to) {
  return clip_of(25, [&](int t) {
    cv::Mat frame = flat(0, 0, 0);
    const cv::Range strips(0, t * kWidth / 24);
    if (!strips.empty()) to.colRange(strips).copyTo(frame.colRange(strips));
    return frame;
  });
}

// Columns of 128 - c and 128 + c by turns.
cv::Mat stripes(int c) {
  cv::Mat frame(kHeight, kWidth, CV_8UC3);
  for (int x = 0; x < kWidth; ++x) frame.col(x) = cv::Scalar::all(x % 2 == 0 ? 128 - c : 128 + c);
  return frame;
}

cv::Mat noisy(const cv::Mat& frame, double deviation, cv::RNG& random) {
  cv::Mat noise(frame.size(), CV_32F), grey, result;
  random.fill(noise, cv::RNG::NORMAL, 0, deviation);
  cv::extractChannel(frame, grey, 0);
  cv::add(grey, noise, grey, cv::noArray(), CV_8U);
  cv::merge(std::vector<cv::Mat>{grey, grey, grey}, result);
  return result;
}

// White is L* = 100: the mean colour goes 100 / 24 a frame. A tenth of 25 frames are two, at the
// mean times 0.5 and 23.5.
TEST(ColourDrift, OfARampIsItsLength) {
  const Clip clip = ramp_to(flat(255, 255, 255));
  EXPECT_NEAR(*of(clip, "color_drift").value, 100 * 23 / 24.0, 1e-3);
  const Measurement slope = of(clip, "color_drift_slope");
  EXPECT_NEAR(*slope.value, 100 / 24.0 * kFps, 1e-3);
  EXPECT_NEAR(slope.series[0], 100 * 0.5 / 24, 1e-3);
  EXPECT_NEAR(slope.series[20], 100 * 19.5 / 24, 1e-3);
  EXPECT_NEAR(*of(clip, "color_drift_2000").value,
              difference_2000({100 * 0.5 / 24, 0, 0}, {100 * 23.5 / 24, 0, 0}), 1e-3);
  EXPECT_NEAR(*of(clip, "luma_drift").value, 255 / 24.0 * kFps, 1e-6);
}

// sRGB red by the matrix of sRGB and the white D65 (IEC 61966-2-1).
TEST(ColourDrift, IsInCieLab) {
  const double x = std::cbrt(0.412453 / 0.950456), y = std::cbrt(0.212671),
               z = std::cbrt(0.019334 / 1.088754);
  const cv::Vec3d red(116 * y - 16, 500 * (x - y), 200 * (y - z));
  const Clip clip = ramp_to(flat(255, 0, 0));
  EXPECT_NEAR(*of(clip, "color_drift").value, cv::norm(red) * 23 / 24, 0.01);
  EXPECT_NEAR(*of(clip, "color_drift_slope").value, cv::norm(red) / 24 * kFps, 0.01);
  EXPECT_NEAR(*of(clip, "color_drift_2000").value,
              difference_2000(red * (0.5 / 24), red * (23.5 / 24)), 0.01);
}

TEST(ColourDrift, OfAChangeThatGoesBackIsNothing) {
  const Clip clip = clip_of(20, [](int i) { return texture(0, 0, i == 10 ? 30 : 0); });
  EXPECT_EQ(of(clip, "color_drift").value, 0);
  EXPECT_EQ(of(clip, "color_drift_slope").value, 0);
  EXPECT_EQ(of(clip, "luma_drift").value, 0);
}

TEST(Drift, OfAStillClipIsNothing) {
  const Clip clip = clip_of(12, [](int) { return texture(0, 0); });
  for (const char* name : {"color_drift", "color_drift_2000", "color_drift_slope"}) {
    EXPECT_EQ(of(clip, name).value, 0) << name;
    EXPECT_EQ(of(clip, name).status, Status::kDegenerateStatic) << name;
  }
  for (const char* name : {"luma_drift", "contrast_drift", "sharpness_drift", "noise_drift"}) {
    EXPECT_EQ(of(clip, name).value, 0) << name;
    EXPECT_EQ(of(clip, name).note, "Mann-Kendall p = 1") << name;
  }
}

// The deviation of the stripes is c, their Laplacian -+4 c: slopes of 10 + t and of 16 (10 + t)^2,
// whose median over all pairs is 16 (20 + 10).
TEST(Drift, OfContrastAndSharpnessIsTheirSlope) {
  const Clip clip = clip_of(11, [](int t) { return stripes(10 + t); });
  const Measurement contrast = of(clip, "contrast_drift"), sharpness = of(clip, "sharpness_drift");
  EXPECT_NEAR(*contrast.value, kFps, 1e-6);
  EXPECT_NEAR(contrast.series[4], 14, 1e-6);
  EXPECT_NEAR(*sharpness.value, 16 * 30 * kFps, 1e-6);
  EXPECT_NEAR(sharpness.series[4], 16 * 14 * 14, 1e-6);
  // All 55 pairs rise: z = 54 / sqrt(165), p = 2 * scipy.stats.norm.sf(z)
  EXPECT_EQ(contrast.note, "Mann-Kendall p = 2.6e-05");
  EXPECT_EQ(contrast.samples, 11);
  EXPECT_NEAR(*of(clip, "luma_drift").value, 0, 1e-6);
}

TEST(Drift, HasASign) {
  Clip clip = clip_of(8, [](int t) { return texture(0, 0, -2 * t); });
  EXPECT_NEAR(*of(clip, "luma_drift").value, -2 * kFps, 1e-6);
  EXPECT_NEAR(*of(clip, "contrast_drift").value, 0, 1e-6);
  EXPECT_GT(*of(clip, "color_drift_slope").value, 0);
}

TEST(Drift, GoesAcrossCutsAndSaysSo) {
  Clip clip = clip_of(6, [](int) { return texture(0, 0); });
  for (int i = 0; i < 6; ++i) clip.push_back(flat(255, 0, 0));
  EXPECT_EQ(of(clip, "color_drift").note, "across 1 cut");
  EXPECT_NE(of(clip, "luma_drift").note.find(", across 1 cut"), std::string::npos);
  EXPECT_GT(*of(clip, "color_drift").value, 50);
}

// Rounding to 8 bits adds 1/12 to the variance, and 1/12 more in a texture, rounded before.
TEST(NoiseSigma, IsTheDeviationOfTheNoise) {
  cv::RNG random(11);
  for (const double s : {2.0, 4.0, 8.0}) {
    const double once = std::sqrt(s * s + 1 / 12.0), twice = std::sqrt(s * s + 2 / 12.0);
    const Clip grey = clip_of(3, [&](int) { return noisy(flat(128, 128, 128), s, random); }),
               textured = clip_of(3, [&](int i) { return noisy(texture(5 * i, 0), s, random); });
    EXPECT_NEAR(*of(grey, "noise_sigma").value, once, 0.015 * once);
    EXPECT_NEAR(*of(textured, "noise_sigma").value, twice, 0.015 * twice);
  }
}

TEST(NoiseSigma, DoesNotTakeEdgesForNoise) {
  cv::RNG random(12);
  const Clip clip = clip_of(3, [&](int) {
    cv::Mat frame = flat(100, 100, 100);
    for (int x = 0; x < kWidth; x += 48) frame(cv::Rect(x, 0, 9, kHeight / 2)).setTo(240);
    return noisy(frame, 3, random);
  });
  EXPECT_NEAR(*of(clip, "noise_sigma").value, 3, 0.15);
}

TEST(NoiseSigma, OfAStillClipIsASample) {
  const Measurement m = of(clip_of(3, [](int) { return flat(90, 90, 90); }), "noise_sigma");
  EXPECT_EQ(m.value, 0);
  EXPECT_EQ(m.status, Status::kOk);
  EXPECT_EQ(m.samples, 3);
}

TEST(NoiseDrift, IsHowFastTheNoiseGrows) {
  cv::RNG random(13);
  const Clip clip =
      clip_of(10, [&](int t) { return noisy(flat(128, 128, 128), 3 + 0.5 * t, random); });
  EXPECT_NEAR(*of(clip, "noise_drift").value, 0.5 * kFps, 0.05 * 0.5 * kFps);
}

TEST(Drift, NeedsFrames) {
  const Clip two = clip_of(2, [](int i) { return texture(i, 0); });
  for (const char* name :
       {"color_drift_slope", "luma_drift", "contrast_drift", "sharpness_drift", "noise_drift"}) {
    EXPECT_EQ(of(two, name).status, Status::kTooFewFrames) << name;
    EXPECT_EQ(of({}, name).status, Status::kTooFewFrames) << name;
  }
  for (const char* name : {"color_drift", "color_drift_2000"}) {
    EXPECT_EQ(of({two[0]}, name).status, Status::kTooFewFrames) << name;
    EXPECT_TRUE(of(two, name).value) << name;
  }
  EXPECT_EQ(of({}, "noise_sigma").status, Status::kTooFewFrames);
}

}  // namespace
}  // namespace flowreel
