#include "pipeline/consistency/meters/detail.h"

#include <gtest/gtest.h>

#include "tests/pipeline/consistency/test_clips.h"

namespace flowreel {
namespace {

using namespace test;

struct Found {
  Measurement si, ti, si_max, ti_max;
};

Found of(const Clip& clip) {
  std::vector<Measurement> all = measured(detail(), clip);
  return {all[0], all[1], all[2], all[3]};
}

// Black left of `column`, of that grey from there on.
cv::Mat edge(int column, int grey) {
  cv::Mat frame = flat(0, 0, 0);
  frame.colRange(column, kWidth) = cv::Scalar::all(grey);
  return frame;
}

// A step of height h has the gradient 4h in two of the W - 2 inner columns.
TEST(Detail, SpatialInformationOfAnEdge) {
  const double p = 2.0 / (kWidth - 2), unit = 4 * std::sqrt(p * (1 - p));
  const Found found = of({edge(50, 40), edge(50, 100), edge(50, 10)});
  EXPECT_NEAR(*found.si.value, unit * 50, 1e-9);
  EXPECT_NEAR(*found.si_max.value, unit * 100, 1e-9);
  EXPECT_EQ(found.si_max.note, "at frame 1");
  EXPECT_NEAR(found.si.series[2], unit * 10, 1e-9);
  EXPECT_EQ(found.si.samples, 3);
  cv::Mat upright;
  cv::rotate(edge(50, 40), upright, cv::ROTATE_90_CLOCKWISE);
  EXPECT_NEAR(*of({upright}).si.value, unit * 40, 1e-9);
}

// The gradient of a ramp is the same everywhere inside, whatever it does at the border.
TEST(Detail, ARampHasNoSpatialInformation) {
  cv::Mat ramp(kHeight, kWidth, CV_8UC3);
  for (int x = 0; x < kWidth; ++x) ramp.col(x) = cv::Scalar::all(x);
  EXPECT_NEAR(*of({ramp}).si.value, 0, 1e-9);
  EXPECT_NEAR(*of({flat(200, 10, 99)}).si.value, 0, 1e-9);
}

// Green counts 0.587 in luma.
TEST(Detail, IsThatOfLuma) {
  cv::Mat green = flat(0, 0, 0);
  green.colRange(50, kWidth) = cv::Scalar(0, 100, 0);
  EXPECT_NEAR(*of({green}).si.value, 0.587 * *of({edge(50, 100)}).si.value, 1e-9);
}

// A half of the picture that brightens by h: the standard deviation is h / 2.
TEST(Detail, TemporalInformationOfHalfThePicture) {
  const auto level = [](int i) { return std::vector<int>{0, 10, 16, 14}[static_cast<size_t>(i)]; };
  const Found found = of(clip_of(4, [&](int i) { return edge(kWidth / 2, level(i)); }));
  EXPECT_NEAR(*found.ti.value, (5 + 3 + 1) / 3.0, 1e-9);
  EXPECT_NEAR(*found.ti_max.value, 5, 1e-9);
  EXPECT_EQ(found.ti_max.note, "at frame 1");
  EXPECT_EQ(found.ti.samples, 3);
  EXPECT_TRUE(std::isnan(found.ti.series[0]));
}

TEST(Detail, AJumpOfBrightnessIsNoTemporalInformation) {
  const Found found = of({texture(0, 0), texture(0, 0, 4), texture(0, 0, -3)});
  EXPECT_NEAR(*found.ti.value, 0, 1e-9);
}

TEST(Detail, AStillClipIsNotDegenerate) {
  const Found found = of({texture(0, 0), texture(0, 0), texture(0, 0)});
  EXPECT_EQ(found.ti.value, 0);
  EXPECT_GT(*found.si.value, 1);
  for (const Measurement& m : {found.si, found.ti, found.si_max, found.ti_max})
    EXPECT_EQ(m.status, Status::kOk);
}

TEST(Detail, LeavesOutPairsAcrossACut) {
  const Clip clip = clip_of(8, [](int i) { return i < 4 ? texture(i, 0) : edge(50 + i, 255); });
  const Found found = of(clip);
  EXPECT_EQ(found.ti.samples, 6);
  EXPECT_EQ(found.si.samples, 8);
  const Found before = of({clip.begin(), clip.begin() + 4}),
              after = of({clip.begin() + 4, clip.end()});
  EXPECT_NEAR(*found.ti.value, (*before.ti.value + *after.ti.value) / 2, 1e-12);
  EXPECT_EQ(*found.ti_max.value, std::max(*before.ti_max.value, *after.ti_max.value));
}

TEST(Detail, IsTheSameMirroredAndBackwards) {
  const Clip clip = clip_of(5, [](int i) { return texture(i * i, 2 * i); });
  const Clip backwards(clip.rbegin(), clip.rend());
  Clip mirrored;
  for (const cv::Mat& frame : clip) cv::flip(frame, mirrored.emplace_back(), 1);
  const std::vector<Measurement> expected = measured(detail(), clip);
  for (const Clip& other : {backwards, mirrored}) {
    const std::vector<Measurement> found = measured(detail(), other);
    for (size_t i = 0; i < 4; ++i) EXPECT_NEAR(*found[i].value, *expected[i].value, 1e-9);
  }
}

TEST(Detail, NeedsFrames) {
  for (const Measurement& m : measured(detail(), Clip{}))
    EXPECT_EQ(m.status, Status::kTooFewFrames);
  const Found one = of({texture(0, 0)});
  EXPECT_EQ(one.si.status, Status::kOk);
  EXPECT_EQ(one.si_max.value, one.si.value);
  EXPECT_EQ(one.ti.status, Status::kTooFewFrames);
  EXPECT_EQ(one.ti_max.status, Status::kTooFewFrames);
}

TEST(Detail, NeedsAnInside) {
  const std::unique_ptr<Meter> meter = detail().make({});
  FrameMoment moment;
  moment.now = std::make_shared<const Picture>(cv::Mat::zeros(2, 9, CV_8UC3));
  meter->see(moment);
  for (const Measurement& m : meter->finish({1, {}, false}))
    EXPECT_EQ(m.status, Status::kNotApplicable);
}

}  // namespace
}  // namespace flowreel
