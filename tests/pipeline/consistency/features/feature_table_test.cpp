#include "pipeline/consistency/features/feature_table.h"

#include <gtest/gtest.h>

#include <set>

#include "errors/error.h"
#include "pipeline/consistency/clip_meter.h"
#include "pipeline/consistency/meter_table.h"
#include "pipeline/consistency/result_json.h"
#include "tests/pipeline/consistency/features/test_networks.h"
#include "tests/pipeline/consistency/test_clips.h"

namespace flowreel {
namespace {

using namespace test;
using Names = std::vector<std::string>;

const Names kAll = {"subject_consistency", "subject_consistency_crop224",
                    "drift_curve_dino",    "background_consistency",
                    "clip_temp",           "drift_curve_clip",
                    "dynamic_degree",      "warping_error_raft",
                    "lpips_adjacent"};

at::Tensor tensor_of(const cv::Mat& frame) {
  return at::from_blob(frame.data, {frame.rows, frame.cols, 3}, at::kByte).clone();
}

ClipMeasurements seen(int frames, const Names& metrics,
                      const std::shared_ptr<const FeatureModels>& features) {
  ClipMeter meter({}, metrics, features);
  for (int i = 0; i < frames; ++i) meter.see(tensor_of(texture(2 * i, i)));
  return meter.finish();
}

std::shared_ptr<const FeatureModel> unusable(FeatureRole role) {
  FeatureModel model;
  model.file.role = role;
  model.missing = "\"gone.pt\": no such file";
  return std::make_shared<const FeatureModel>(model);
}

std::shared_ptr<const FeatureModels> features(
    std::vector<std::shared_ptr<const FeatureModel>> models) {
  return std::make_shared<const FeatureModels>(FeatureModels{std::move(models)});
}

std::shared_ptr<const FeatureModels> all_networks() {
  const auto embedding = [](const std::vector<at::Tensor>& inputs) {
    return inputs[0].mean({2, 3});
  };
  const auto still = [](const std::vector<at::Tensor>& inputs) {
    return at::zeros({1, 2, inputs[0].size(2), inputs[0].size(3)});
  };
  const auto distance = [](const std::vector<at::Tensor>& inputs) {
    return (inputs[0] - inputs[1]).abs().mean();
  };
  return features({model_of(FeatureRole::kDino, embedding, vbench_dino()),
                   model_of(FeatureRole::kClip, embedding, vbench_clip()),
                   model_of(FeatureRole::kRaft, still), model_of(FeatureRole::kLpips, distance)});
}

TEST(FeatureTable, IsAmongAllDefinitionsAndNotAmongThoseOfEveryClip) {
  Names found;
  for (const Definition* definition : feature_definitions()) {
    found.emplace_back(definition->name);
    EXPECT_EQ(&definition_of(definition->name), definition);
    for (const Definition* other : clip_definitions()) EXPECT_NE(other, definition);
  }
  EXPECT_EQ(found, kAll);
}

TEST(FeatureTable, NobodyHearsOfWhatNobodyAskedFor) {
  EXPECT_TRUE(feature_rows(nullptr, {}).empty());
  EXPECT_EQ(seen(3, {}, nullptr).measurements.size(), clip_definitions().size());
}

TEST(FeatureTable, WhatIsNamedWithoutAManifestSaysHowToGiveOne) {
  const ClipMeasurements found = seen(3, kAll, nullptr);
  ASSERT_EQ(found.measurements.size(), kAll.size());
  for (const Measurement& m : found.measurements) {
    EXPECT_EQ(m.status, Status::kWeightsMissing) << m.definition->name;
    EXPECT_FALSE(m.value);
    EXPECT_NE(m.note.find("--features"), std::string::npos);
  }
  EXPECT_NE(find(found, "clip_temp")->note.find("network clip"), std::string::npos);
}

TEST(FeatureTable, WhatCannotBeUsedSaysWhy) {
  const auto one = features({unusable(FeatureRole::kDino)});
  const ClipMeasurements found = seen(3, {}, one);
  EXPECT_EQ(found.measurements.size(), clip_definitions().size() + 3);
  EXPECT_EQ(find(found, "subject_consistency")->status, Status::kWeightsMissing);
  EXPECT_EQ(find(found, "subject_consistency")->note, "\"gone.pt\": no such file");
  EXPECT_EQ(find(found, "clip_temp"), nullptr);
  EXPECT_EQ(find(seen(3, {"clip_temp"}, one), "clip_temp")->note,
            "the manifest of --features lists no clip");
}

// However short the clip, every metric answers, and never with a NaN.
TEST(FeatureTable, EveryMetricAnswersForEveryLength) {
  for (const int frames : {0, 1, 2, 3, 9}) {
    const ClipMeasurements found = seen(frames, kAll, all_networks());
    ASSERT_EQ(found.measurements.size(), kAll.size());
    for (const Measurement& m : found.measurements) {
      SCOPED_TRACE(std::string(m.definition->name) + ", frames: " + std::to_string(frames));
      const bool has = m.status == Status::kOk || m.status == Status::kDegenerateStatic;
      EXPECT_EQ(m.value.has_value(), has);
      EXPECT_TRUE(std::isfinite(m.value.value_or(0)));
      EXPECT_TRUE(m.series.empty() || m.series.size() == static_cast<size_t>(frames));
      EXPECT_NE(m.status, Status::kWeightsMissing);
    }
  }
}

// Frames of less than 16 pixels have no motion: RAFT is not asked for what is left of it.
TEST(FeatureTable, SmallFramesHaveNoMotion) {
  ClipMeter meter({}, {"warping_error_raft"}, all_networks());
  for (int i = 0; i < 4; ++i) meter.see(at::full({9, 12, 3}, 20 * i, at::kByte));
  EXPECT_EQ(find(meter.finish(), "warping_error_raft")->status, Status::kNotApplicable);
}

TEST(FeatureTable, ANetworkThatCannotAnswerIsAnErrorOfTheClip) {
  const auto broken = features({model_of(
      FeatureRole::kLpips, [](const std::vector<at::Tensor>&) { return at::zeros({3}); })});
  EXPECT_THROW(seen(3, {}, broken), DataError);
  // Nobody asks it for another metric.
  EXPECT_NO_THROW(seen(3, {"scene_cuts"}, broken));
}

}  // namespace
}  // namespace flowreel
