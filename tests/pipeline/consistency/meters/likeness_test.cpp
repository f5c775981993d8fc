#include "pipeline/consistency/meters/likeness.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "pipeline/consistency/psnr.h"
#include "pipeline/consistency/structural_similarity.h"
#include "tests/pipeline/consistency/test_clips.h"

namespace flowreel {
namespace {

using namespace test;

struct Found {
  Measurement ssim, psnr, first, drift;
};

Found of(const Clip& clip) {
  std::vector<Measurement> all = measured(likeness(), clip);
  return {all[0], all[1], all[2], all[3]};
}

// What the meter says without the rest of ClipMeter, for frames too small for motion.
std::vector<Measurement> alone(const Clip& clip) {
  const std::unique_ptr<Meter> meter = likeness().make({});
  FrameMoment moment;
  for (const cv::Mat& frame : clip) {
    moment.before = moment.now;
    moment.now = std::make_shared<const Picture>(frame);
    meter->see(moment);
    ++moment.index;
  }
  return meter->finish({static_cast<int64_t>(clip.size()), {}, false});
}

// SSIM of two flat grey frames: (2ab + C1) / (a² + b² + C1).
double flat_ssim(double a, double b) {
  constexpr double kC1 = 0.01 * 255 * 0.01 * 255;
  return (2 * a * b + kC1) / (a * a + b * b + kC1);
}

cv::Mat moving(int i) { return texture(3 * i, -2 * i); }

// The same, red: another scene.
cv::Mat moving_red(int i) {
  cv::Mat frame = moving(i);
  for (auto pixel = frame.begin<cv::Vec3b>(); pixel != frame.end<cv::Vec3b>(); ++pixel)
    (*pixel)[1] = (*pixel)[2] = 0;
  return frame;
}

TEST(Likeness, AStillClipIsPerfectAndDegenerate) {
  const Found found = of(clip_of(5, [](int) { return moving(0); }));
  EXPECT_EQ(found.ssim.value, 1);
  EXPECT_EQ(found.psnr.value, 100);
  EXPECT_EQ(found.psnr.note, "4 of 4 pairs capped at 100 dB");
  EXPECT_EQ(found.first.value, 1);
  EXPECT_EQ(found.drift.value, 0);
  EXPECT_EQ(found.drift.note, "dt 1: 1, dt 2: 1, dt 4: 1");
  for (const Measurement& m : {found.ssim, found.psnr, found.first, found.drift})
    EXPECT_EQ(m.status, Status::kDegenerateStatic);
}

// Flat frames that brighten: every value has its formula.
TEST(Likeness, OfAFade) {
  const auto level = [](int i) { return 60 + 6 * i; };
  const auto like = [&](int i, int j) { return flat_ssim(level(i), level(j)); };
  const Found found = of(clip_of(6, [&](int i) { return flat(level(i), level(i), level(i)); }));
  const double dt1 = (like(0, 1) + like(1, 2) + like(2, 3) + like(3, 4) + like(4, 5)) / 5;
  const double dt2 = (like(0, 2) + like(2, 4)) / 2, dt4 = like(0, 4);
  EXPECT_NEAR(*found.ssim.value, dt1, 1e-9);
  EXPECT_EQ(found.ssim.samples, 5);
  EXPECT_NEAR(found.ssim.series[3], like(2, 3), 1e-9);
  EXPECT_NEAR(*found.psnr.value, psnr_of_mse(36), 1e-12);
  EXPECT_EQ(found.psnr.note, "");
  EXPECT_NEAR(*found.first.value,
              (like(0, 1) + like(0, 2) + like(0, 3) + like(0, 4) + like(0, 5)) / 5, 1e-9);
  EXPECT_TRUE(std::isnan(found.first.series[0]));
  EXPECT_NEAR(found.first.series[5], like(0, 5), 1e-9);
  // Over x = 0, 1, 2 the slope of least squares is half of the last less the first.
  EXPECT_NEAR(*found.drift.value, (dt4 - dt1) / 2, 1e-9);
  EXPECT_EQ(found.drift.samples, 8);
  EXPECT_EQ(found.drift.note.substr(0, 5), "dt 1:");
  EXPECT_NEAR(std::stod(found.drift.note.substr(6)), dt1, 5.1e-5);
  EXPECT_NEAR(std::stod(found.drift.note.substr(found.drift.note.find("dt 2:") + 6)), dt2, 5.1e-5);
}

TEST(Likeness, AClipThatDriftsFallsFaster) {
  const Found sway = of(clip_of(17, [](int i) { return texture(i % 2, 0); }));
  const Found walk = of(clip_of(17, [](int i) { return texture(i, 0); }));
  EXPECT_NEAR(*sway.ssim.value, *walk.ssim.value, 0.01);
  EXPECT_GT(*sway.drift.value, 0);
  EXPECT_LT(*walk.drift.value, -0.1);
  EXPECT_LT(*walk.first.value, *sway.first.value - 0.3);
}

TEST(Likeness, LeavesOutPairsAcrossACut) {
  const int cut = 3, frames = 8;
  const Clip clip = clip_of(frames, [&](int i) { return i < cut ? moving(i) : moving_red(i); });
  const Found found = of(clip), before = of({clip.begin(), clip.begin() + cut}),
              after = of({clip.begin() + cut, clip.end()});
  EXPECT_EQ(found.ssim.samples, 6);
  EXPECT_TRUE(std::isnan(found.ssim.series[cut]));
  EXPECT_NEAR(*found.ssim.value, (2 * *before.ssim.value + 4 * *after.ssim.value) / 6, 1e-12);
  EXPECT_NEAR(*found.psnr.value, (2 * *before.psnr.value + 4 * *after.psnr.value) / 6, 1e-12);
  EXPECT_EQ(found.first.value, before.first.value);
  EXPECT_EQ(found.first.samples, 2);
  // dt 1: 6 pairs; dt 2: 0-2 and 4-6; dt 4: 0-4 lies across the cut, so there is none.
  EXPECT_EQ(found.drift.samples, 8);
  const double dt2 =
      (ssim(Picture(clip[0]), Picture(clip[2])) + ssim(Picture(clip[4]), Picture(clip[6]))) / 2;
  EXPECT_NEAR(*found.drift.value, dt2 - *found.ssim.value, 1e-12);
}

// SSIM of a pair knows no order; in their sum only the last digit may change.
TEST(Likeness, OfNeighboursIsTheSameBackwards) {
  const Clip clip = clip_of(7, [](int i) { return texture(i * i, -2 * i, i); });
  const Found forth = of(clip), back = of({clip.rbegin(), clip.rend()});
  for (size_t i = 1; i < 7; ++i) {
    EXPECT_EQ(forth.ssim.series[i], back.ssim.series[7 - i]);
    EXPECT_EQ(forth.psnr.series[i], back.psnr.series[7 - i]);
  }
  EXPECT_DOUBLE_EQ(*forth.ssim.value, *back.ssim.value);
  EXPECT_DOUBLE_EQ(*forth.psnr.value, *back.psnr.value);
}

TEST(Likeness, DoesNotKnowLeftFromRight) {
  const Clip clip = clip_of(5, [](int i) { return moving(i); });
  Clip mirrored;
  for (const cv::Mat& frame : clip) cv::flip(frame, mirrored.emplace_back(), 1);
  const Found found = of(clip), other = of(mirrored);
  EXPECT_NEAR(*found.ssim.value, *other.ssim.value, 1e-9);
  EXPECT_EQ(found.psnr.value, other.psnr.value);
  EXPECT_NEAR(*found.first.value, *other.first.value, 1e-9);
  EXPECT_NEAR(*found.drift.value, *other.drift.value, 1e-9);
}

TEST(Likeness, LargeFramesAreComparedFarApartAtTheWorkingSize) {
  Clip clip;
  for (int i = 0; i < 3; ++i) {
    clip.emplace_back(720, 720, CV_8UC3);
    cv::randu(clip.back(), i, 200);  // noise, which averages out in smaller pictures
  }
  const std::vector<Measurement> all = alone(clip);
  const auto full = [&](int i, int j) { return ssim(Picture(clip[i]), Picture(clip[j])); };
  const auto small = [&](int i, int j) {
    return ssim(Picture(Picture(clip[i]).small()), Picture(Picture(clip[j]).small()));
  };
  EXPECT_GT(std::abs(full(0, 1) - small(0, 1)), 1e-3);
  EXPECT_DOUBLE_EQ(*all[0].value, (full(0, 1) + full(1, 2)) / 2);
  EXPECT_DOUBLE_EQ(*all[2].value, (small(0, 1) + small(0, 2)) / 2);
  EXPECT_NEAR(*all[3].value, small(0, 2) - (small(0, 1) + small(1, 2)) / 2, 1e-15);
}

TEST(Likeness, NeedsEnoughFrames) {
  for (const Measurement& m : measured(likeness(), Clip{})) {
    EXPECT_EQ(m.status, Status::kTooFewFrames) << m.definition->name;
  }
  for (const Measurement& m : measured(likeness(), Clip{moving(0)})) {
    EXPECT_EQ(m.status, Status::kTooFewFrames) << m.definition->name;
  }
  const Found two = of({moving(0), moving(1)});
  EXPECT_TRUE(two.ssim.value && two.first.value);
  EXPECT_EQ(*two.ssim.value, *two.first.value);
  EXPECT_EQ(two.drift.status, Status::kTooFewFrames);
}

TEST(Likeness, NeedsFramesOfTheWindowForSsim) {
  const std::vector<Measurement> all =
      alone(clip_of(3, [](int i) { return cv::Mat(10, 40, CV_8UC3, cv::Scalar::all(i)); }));
  for (const size_t i : {0, 2, 3}) EXPECT_EQ(all[i].status, Status::kNotApplicable);
  EXPECT_NEAR(*all[1].value, psnr_of_mse(1), 1e-12);
}

}  // namespace
}  // namespace flowreel
