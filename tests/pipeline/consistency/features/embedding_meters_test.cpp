#include "pipeline/consistency/features/embedding_meters.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "tests/pipeline/consistency/features/test_networks.h"
#include "tests/pipeline/consistency/test_clips.h"

namespace flowreel {
namespace {

using namespace test;

// Frames whose red says by how many degrees their feature is turned: 0 to 255.
Clip turned(const std::vector<int>& degrees) {
  Clip clip;
  for (const int d : degrees) {
    clip.push_back(texture(3.0 * static_cast<double>(clip.size()), 0));
    clip.back()(cv::Rect(0, 0, 64, 64)).setTo(cv::Scalar(d, d, d));
  }
  return clip;
}

// Of a plain or a normalised picture alike, by what its first pixel was.
FeatureNetwork compass(const FeatureInput& input) {
  return [input](const std::vector<at::Tensor>& inputs) {
    const double red = first_pixel(inputs)[0][0].item<double>(),
                 angle = (red * input.std_dev[0] + input.mean[0]) * 255 * std::numbers::pi / 180;
    return at::tensor(
               {static_cast<float>(7 * std::cos(angle)), static_cast<float>(7 * std::sin(angle))})
        .view({1, 2});
  };
}

double cosine_of(double degrees) { return std::cos(degrees * std::numbers::pi / 180); }

MeterRow dino(const FeatureInput& input = vbench_dino()) {
  return dino_meter(model_of(FeatureRole::kDino, compass(input), input));
}

MeterRow clip_row(const FeatureInput& input = vbench_clip()) {
  return clip_meter(model_of(FeatureRole::kClip, compass(input), input));
}

TEST(SubjectConsistency, IsVbenchs) {
  const Measurement m = measured(dino(), turned({0, 30, 90}), "subject_consistency");
  // Frame 1: both 30° away; frame 2: 60° from its neighbour, 90° from the first.
  ASSERT_EQ(m.samples, 2);
  EXPECT_NEAR(m.series[1], cosine_of(30), 1e-5);
  EXPECT_NEAR(m.series[2], cosine_of(60) / 2, 1e-5);
  EXPECT_NEAR(*m.value, (cosine_of(30) + cosine_of(60) / 2) / 2, 1e-5);
  EXPECT_EQ(std::string(m.definition->id), "vbench/subject_consistency@1");
  EXPECT_NE(m.note.find("not compared"), std::string::npos);
}

// What points the other way counts as nothing, not as less.
TEST(SubjectConsistency, IsNeverBelowNothing) {
  const Measurement m = measured(dino(), turned({0, 180, 135}), "subject_consistency");
  EXPECT_NEAR(m.series[1], 0, 1e-6);
  EXPECT_NEAR(m.series[2], cosine_of(45) / 2, 1e-5);
}

TEST(SubjectConsistency, HasItsNameOnlyWithVbenchsInput) {
  const Clip clip = turned({0, 30, 90});
  Measurement other = measured(dino(), clip, "subject_consistency_crop224");
  EXPECT_EQ(other.status, Status::kNotApplicable);
  EXPECT_FALSE(other.value);
  FeatureInput cropped = vbench_dino();
  cropped.centre_crop = true;
  // The first pixel of the crop is not that of the frame: the corner that says the angle is large.
  other = measured(dino(cropped), clip, "subject_consistency_crop224");
  EXPECT_EQ(other.status, Status::kOk);
  EXPECT_EQ(other.note, "short side 224, bilinear, centre crop");
  EXPECT_NEAR(*other.value, (cosine_of(30) + cosine_of(60) / 2) / 2, 1e-5);
  const Measurement vbenchs = measured(dino(cropped), clip, "subject_consistency");
  EXPECT_EQ(vbenchs.status, Status::kNotApplicable);
  EXPECT_NE(vbenchs.note.find("centre crop"), std::string::npos);
}

TEST(BackgroundConsistency, IsVbenchsOrNothing) {
  const Clip clip = turned({0, 30, 90});
  EXPECT_NEAR(*measured(clip_row(), clip, "background_consistency").value,
              (cosine_of(30) + cosine_of(60) / 2) / 2, 1e-5);
  FeatureInput bilinear = vbench_clip();
  bilinear.bicubic = false;
  const Measurement none = measured(clip_row(bilinear), clip, "background_consistency");
  EXPECT_EQ(none.status, Status::kNotApplicable);
  EXPECT_NE(none.note.find("bilinear"), std::string::npos);
  EXPECT_TRUE(measured(clip_row(bilinear), clip, "clip_temp").value);
}

TEST(ClipTemp, IsTheMeanCosineOfNeighboursAndHasASign) {
  const Measurement m = measured(clip_row(), turned({0, 30, 90, 240}), "clip_temp");
  ASSERT_EQ(m.samples, 3);
  EXPECT_NEAR(*m.value, (cosine_of(30) + cosine_of(60) + cosine_of(150)) / 3, 1e-5);
}

// Constant turning: likeness at dt is cos(dt · 12°).
TEST(DriftCurveOfFeatures, IsItsSlopeOverOctaves) {
  const Clip clip = turned({0, 12, 24, 36, 48});
  for (const auto& [row, name] :
       {std::pair(dino(), "drift_curve_dino"), std::pair(clip_row(), "drift_curve_clip")}) {
    const Measurement m = measured(row, clip, name);
    EXPECT_NEAR(*m.value, (cosine_of(48) - cosine_of(12)) / 2, 1e-5);
    EXPECT_EQ(m.samples, 4 + 2 + 1);
    EXPECT_EQ(m.note, "dt 1: 0.9781, dt 2: 0.9135, dt 4: 0.6691");
    ASSERT_EQ(m.series.size(), 5u);
    EXPECT_TRUE(std::isnan(m.series[0]));
    EXPECT_NEAR(m.series[3], cosine_of(36), 1e-5);
  }
}

// Two scenes: VBench's number has the pair between them, flowreel's own have not.
TEST(Embeddings, LeaveOutCutsWhereVbenchDoesNot) {
  Clip clip = turned({0, 0, 0, 0, 0, 0});
  for (int i = 0; i < 6; ++i) clip.push_back(cv::Mat(255 - texture(3 * i, 0)));
  for (size_t i = 6; i < clip.size(); ++i)
    clip[i](cv::Rect(0, 0, 64, 64)).setTo(cv::Scalar::all(90));
  const Measurement vbenchs = measured(dino(), clip, "subject_consistency");
  EXPECT_EQ(vbenchs.samples, 11);
  EXPECT_NEAR(vbenchs.series[6], 0, 1e-5);
  const Measurement ours = measured(clip_row(), clip, "clip_temp");
  EXPECT_EQ(ours.samples, 10);
  EXPECT_TRUE(std::isnan(ours.series[6]));
  EXPECT_NEAR(*ours.value, 1, 1e-6);
  EXPECT_NEAR(*measured(dino(), clip, "drift_curve_dino").value, 0, 1e-6);
  EXPECT_NEAR(measured(dino(), clip, "drift_curve_dino").series[9], 0, 1e-5);
}

TEST(Embeddings, OfAStillClipAreDegenerate) {
  const Clip clip = clip_of(4, [](int) { return texture(0, 0); });
  for (const char* name : {"subject_consistency", "drift_curve_dino"})
    EXPECT_EQ(measured(dino(), clip, name).status, Status::kDegenerateStatic) << name;
}

TEST(Embeddings, NeedFrames) {
  for (const int frames : {0, 1, 2}) {
    const Clip clip = turned(std::vector<int>(static_cast<size_t>(frames), 9));
    const auto few = [&](const MeterRow& row, const char* name) {
      return measured(row, clip, name).status == Status::kTooFewFrames;
    };
    EXPECT_EQ(few(dino(), "subject_consistency"), frames < 2);
    EXPECT_EQ(few(clip_row(), "clip_temp"), frames < 2);
    EXPECT_TRUE(few(dino(), "drift_curve_dino"));
  }
}

// Both metrics of a frame come of one answer.
TEST(Embeddings, AskOncePerFrame) {
  int asked = 0;
  const auto network = [&](const std::vector<at::Tensor>&) {
    ++asked;
    return at::ones({1, 2});
  };
  measured(dino_meter(model_of(FeatureRole::kDino, network, vbench_dino())),
           clip_of(9, [](int i) { return texture(i, 0); }));
  EXPECT_EQ(asked, 9);
}

}  // namespace
}  // namespace flowreel
