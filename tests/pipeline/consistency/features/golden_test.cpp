// Little archives against what tools/make_feature_models.py says of them, which computes the
// metrics from the definitions in Python.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "configs/feature_manifest.h"
#include "errors/error.h"
#include "pipeline/consistency/clip_meter.h"
#include "pipeline/consistency/features/feature_table.h"
#include "pipeline/consistency/features/torchscript/torchscript_network.h"
#include "tests/pipeline/consistency/test_clips.h"

namespace flowreel {
namespace {

constexpr int kWide = 90, kHigh = 62, kFrames = 10;
constexpr double kTolerance = 1e-5;

const std::string kFolder = FLOWREEL_TEST_DATA "/features/";

int triangle(int n, int period) { return std::min(n % period, period - n % period); }

// By the same formula as in the script.
cv::Mat frame(int t) {
  cv::Mat picture(kHigh, kWide, CV_8UC3);
  for (int y = 0; y < kHigh; ++y) {
    for (int x = 0; x < kWide; ++x) {
      for (int c = 0; c < 3; ++c) {
        const int u = x + 2 * t, v = y + t;
        const int noise = (x * x * 7 + y * y * 13 + x * y * 3 + t * (x + 2 * y + 5 * t) + c) % 7;
        picture.at<cv::Vec3b>(y, x)[c] =
            static_cast<uint8_t>(50 + triangle(3 * u + v + 40 * c, 148) + triangle(u + 4 * v, 106) +
                                 noise + 6 * (t % 2));
      }
    }
  }
  return picture;
}

int64_t checksum(const cv::Mat& picture) {
  int64_t sum = 0;
  const auto bytes = static_cast<int64_t>(picture.total()) * picture.channels();
  for (int64_t i = 0; i < bytes; ++i) sum += picture.data[i] * (i % 251 + 1);
  return sum;
}

nlohmann::json golden() {
  std::ifstream file(kFolder + "golden.json");
  return nlohmann::json::parse(file);
}

std::shared_ptr<const FeatureModels> models(const std::string& manifest) {
  return std::make_shared<const FeatureModels>(
      load_feature_models(read_feature_manifest(kFolder + manifest), torchscript_loader()));
}

ClipMeasurements measured_by(const std::string& manifest, const nlohmann::json& recorded) {
  ClipFacts facts;
  facts.fps = recorded.at("fps");
  std::vector<std::string> names;
  for (const Definition* definition : feature_definitions()) names.emplace_back(definition->name);
  ClipMeter meter(facts, names, models(manifest));
  for (int t = 0; t < kFrames; ++t) {
    const cv::Mat picture = frame(t);
    meter.see(at::from_blob(picture.data, {kHigh, kWide, 3}, at::kByte).clone());
  }
  return meter.finish();
}

void expect_same(const Measurement& ours, const nlohmann::json& theirs) {
  SCOPED_TRACE(ours.definition->name);
  ASSERT_EQ(ours.status, Status::kOk) << ours.note;
  EXPECT_NEAR(*ours.value, theirs.at("value").get<double>(), kTolerance);
  std::vector<double> values;
  for (const double value : ours.series) {
    if (!std::isnan(value)) values.push_back(value);
  }
  const auto expected = theirs.at("pairs").get<std::vector<double>>();
  ASSERT_EQ(values.size(), expected.size());
  for (size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(values[i], expected[i], kTolerance) << i;
}

TEST(GoldenFeatures, TheClipsAreTheSame) {
  std::vector<int64_t> sums;
  for (int t = 0; t < kFrames; ++t) sums.push_back(checksum(frame(t)));
  EXPECT_EQ(sums, golden().at("checksums").get<std::vector<int64_t>>());
}

TEST(GoldenFeatures, AreThoseOfPython) {
  const nlohmann::json recorded = golden();
  const ClipMeasurements whole = measured_by("features.json", recorded),
                         cropped = measured_by("features-crop.json", recorded);
  for (const auto& [name, value] : recorded.at("metrics").items()) {
    const bool of_crop = name == "subject_consistency_crop224";
    const Measurement* m = find(of_crop ? cropped : whole, name);
    ASSERT_NE(m, nullptr) << name;
    expect_same(*m, value);
  }
  EXPECT_EQ(recorded.at("metrics").size(), feature_definitions().size());
  // Of a value as small as this, 1e-5 would say nothing.
  const double error = recorded.at("metrics").at("warping_error_raft").at("value");
  EXPECT_NEAR(*find(whole, "warping_error_raft")->value, error, 1e-4 * error);
}

TEST(GoldenFeatures, OfAnArchiveThatFailsAreAnErrorOfTheClip) {
  for (const auto& [metric, reason] :
       {std::pair("drift_curve_dino", "seven frames or none"), std::pair("clip_temp", "Tuple")}) {
    ClipMeter meter({}, {metric}, models("features-broken.json"));
    try {
      meter.see(at::zeros({kHigh, kWide, 3}, at::kByte));
      FAIL() << metric;
    } catch (const DataError& error) {
      const std::string text = error.what();
      EXPECT_NE(text.find(reason), std::string::npos) << text;
      EXPECT_NE(text.find(".pt\""), std::string::npos) << text;
      EXPECT_EQ(text.find('\n'), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace flowreel
