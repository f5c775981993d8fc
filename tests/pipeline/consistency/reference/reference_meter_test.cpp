#include "pipeline/consistency/reference/reference_meter.h"

#include <gtest/gtest.h>

#include <cmath>

#include "errors/error.h"
#include "tests/pipeline/consistency/test_clips.h"

namespace flowreel {
namespace {

using namespace test;

ReferenceMeasurements compared(const Clip& reference, const Clip& clip) {
  ReferenceMeter meter;
  for (size_t i = 0; i < std::max(reference.size(), clip.size()); ++i)
    meter.see(i < reference.size() ? reference[i] : cv::Mat(),
              i < clip.size() ? clip[i] : cv::Mat());
  return meter.finish();
}

Measurement of(const ReferenceMeasurements& all, const std::string& name) {
  for (const Measurement& m : all.measurements) {
    if (name == m.definition->name) return m;
  }
  throw std::runtime_error("no measurement " + name);
}

Clip pan(int frames, double offset = 0) {
  return clip_of(frames, [offset](int i) { return texture(2 * i, 0, offset); });
}

TEST(ReferenceMeter, GivesItsDefinitionsInOrder) {
  const ReferenceMeasurements all = compared(pan(2), pan(2));
  const std::vector<const Definition*> definitions = reference_definitions();
  ASSERT_EQ(all.measurements.size(), definitions.size());
  for (size_t i = 0; i < definitions.size(); ++i)
    EXPECT_EQ(all.measurements[i].definition, definitions[i]);
}

TEST(ReferenceMeter, EqualClipsAreIdentical) {
  const ReferenceMeasurements all = compared(pan(7), pan(7));
  EXPECT_EQ(of(all, "psnr").value, 100);
  EXPECT_EQ(of(all, "psnr").note, "identical; counted as 100 dB");
  EXPECT_EQ(of(all, "ssim").value, 1);
  EXPECT_EQ(of(all, "tof").value, 0);
  EXPECT_EQ(of(all, "temporal_profile_mae").value, 0);
  EXPECT_EQ(of(all, "first_divergence_frame").value, 7);
  EXPECT_EQ(of(all, "first_divergence_frame").note, "identical");
  EXPECT_EQ(all.clip_sha256, all.reference_sha256);
  EXPECT_EQ(all.clip_sha256.size(), 64U);
}

TEST(ReferenceMeter, AnOffsetCostsItself) {
  const ReferenceMeasurements all = compared(pan(7), pan(7, 5));
  EXPECT_NEAR(of(all, "psnr").value.value(), 20 * std::log10(255 / 5.0), 1e-12);
  EXPECT_NEAR(of(all, "temporal_profile_mae").value.value(), 5, 1e-12);
  EXPECT_EQ(of(all, "first_divergence_frame").value, 0);
  EXPECT_EQ(of(all, "psnr").samples, 7);
  EXPECT_NE(all.clip_sha256, all.reference_sha256);
  // Equal variances and covariances leave the ratio of the means: (2 m n + C) / (m² + n² + C).
  const Clip a = {flat(100, 100, 100)}, b = {flat(110, 110, 110)};
  EXPECT_NEAR(of(compared(a, b), "ssim").value.value(),
              (2 * 100 * 110 + 6.5025) / (100 * 100 + 110 * 110 + 6.5025), 1e-12);
}

TEST(ReferenceMeter, PsnrIsOfTheMeanErrorOverFrames) {
  const Clip reference = {flat(50, 50, 50), flat(50, 50, 50)};
  const Clip clip = {flat(50, 50, 50), flat(50, 54, 50)};
  const Measurement m = of(compared(reference, clip), "psnr");
  EXPECT_NEAR(m.value.value(), 10 * std::log10(255 * 255 / (16 / 6.0)), 1e-12);
  EXPECT_EQ(m.series[0], 100);
  EXPECT_NEAR(m.series[1], 10 * std::log10(255 * 255 / (16 / 3.0)), 1e-12);
  EXPECT_EQ(m.note, "");
}

TEST(ReferenceMeter, OnePixelDiverges) {
  Clip clip = pan(7);
  ++clip[4].at<cv::Vec3b>(3, 5)[2];
  const ReferenceMeasurements all = compared(pan(7), clip);
  EXPECT_EQ(of(all, "first_divergence_frame").value, 4);
  EXPECT_EQ(of(all, "temporal_profile_mae").value, 0);
  EXPECT_NE(all.clip_sha256, all.reference_sha256);
  // 10 log10(255² · 7 · 192 · 128 · 3) dB.
  EXPECT_EQ(of(all, "psnr").value, 100);
  EXPECT_EQ(of(all, "psnr").note, "above 100 dB; counted as that");
}

TEST(ReferenceMeter, TheProfileIsTheMiddleRowAndColumn) {
  Clip clip = pan(4);
  clip[2].row(kHeight / 2) += cv::Scalar::all(10);
  const double row = 10.0 * kWidth + 10, count = 4.0 * (kWidth + kHeight);  // it crosses the column
  EXPECT_NEAR(of(compared(pan(4), clip), "temporal_profile_mae").value.value(), row / count, 1e-12);
  clip = pan(4);
  clip[1].col(kWidth / 2) += cv::Scalar(6, 0, 0);
  EXPECT_NEAR(of(compared(pan(4), clip), "temporal_profile_mae").value.value(),
              (2.0 * kHeight + 2) / count, 1e-12);
  clip = pan(4);
  clip[1].row(kHeight / 2 - 1) += cv::Scalar::all(10);
  EXPECT_NEAR(of(compared(pan(4), clip), "temporal_profile_mae").value.value(), 10 / count, 1e-12);
}

TEST(ReferenceMeter, RefusesClipsOfDifferentLength) {
  const auto text = [](const Clip& reference, const Clip& clip) -> std::string {
    try {
      compared(reference, clip);
    } catch (const DataError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(text(pan(5), pan(3)),
            "the clip ends after 3 frames and its reference goes on; expected as many in both");
  EXPECT_EQ(text(pan(2), pan(3)),
            "the reference ends after 2 frames and the clip goes on; expected as many in both");
  Clip other = pan(2);
  other[1] = other[1](cv::Rect(0, 0, 100, 90)).clone();
  EXPECT_EQ(text(pan(2), other),
            "frame 1 of the clip has 100x90 pixels and that of its reference 192x128; "
            "expected one size");
  EXPECT_EQ(text(other, other),
            "frame 1 has 100x90 pixels, the ones before it 192x128; expected one size");
}

TEST(ReferenceMeter, SaysWhatCannotBeMeasured) {
  for (const Measurement& m : compared({}, {}).measurements) {
    EXPECT_EQ(m.status, Status::kTooFewFrames) << m.definition->name;
    EXPECT_FALSE(m.value);
  }
  const Clip tiny = {cv::Mat(8, 20, CV_8UC3, cv::Scalar::all(9))};
  const ReferenceMeasurements all = compared(tiny, tiny);
  EXPECT_EQ(of(all, "ssim").status, Status::kNotApplicable);
  EXPECT_EQ(of(all, "ssim").note, "SSIM needs frames of at least 11x11 pixels, these have 20x8");
  EXPECT_EQ(of(all, "tof").status, Status::kTooFewFrames);
  EXPECT_EQ(of(all, "psnr").value, 100);
}

}  // namespace
}  // namespace flowreel
