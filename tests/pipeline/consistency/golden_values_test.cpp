// What tools/consistency_reference.py says of four clips, which it computes from the definitions
// in numpy, scikit-image and OpenCV's Python; tools/make_consistency_golden.py recorded it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <opencv2/core/version.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "pipeline/consistency/meters/brightness_flicker.h"
#include "pipeline/consistency/meters/detail.h"
#include "pipeline/consistency/meters/drift.h"
#include "pipeline/consistency/meters/first_frame_jump.h"
#include "pipeline/consistency/meters/flicker_mc.h"
#include "pipeline/consistency/meters/likeness.h"
#include "pipeline/consistency/meters/motion_degree.h"
#include "pipeline/consistency/meters/stillness.h"
#include "pipeline/consistency/meters/temporal_flickering.h"
#include "pipeline/consistency/meters/warping.h"
#include "pipeline/consistency/reference/reference_meter.h"
#include "tests/pipeline/consistency/test_clips.h"

namespace flowreel {
namespace {

using test::Clip;

// Absolute.
constexpr double kTolerance = 1e-6;

// The clips, by the same formulas in integers as in make_consistency_golden.py.

int triangle(int n, int period) { return std::min(n % period, period - n % period); }

// Of coordinates that are not negative, in half pixels.
cv::Vec3i texture(int u, int v) {
  const int a = triangle(3 * u + v, 148), b = triangle(u + 4 * v, 212),
            c = triangle(2 * u + 3 * (2000 - v), 116);
  return {45 + a + b / 2 + c / 2, 50 + a / 2 + b / 2 + c, 40 + a / 2 + b};
}

cv::Vec3i pan(int t, int x, int y) { return texture(2 * x + 3 * t, 2 * y + t); }

cv::Vec3i layers(int t, int x, int y) {
  const int left = 10 + 3 * t, top = 14 + t;
  const bool square = x >= left && x < left + 30 && y >= top && y < top + 26;
  const cv::Vec3i front = cv::Vec3i::all(235) - texture(2 * (x - left + 50), 2 * (y - top + 40));
  const cv::Vec3i base = square ? front : texture(2 * x + t, 2 * y);
  const int noise = (x * x * 7 + y * y * 13 + x * y * 3 + t * (x + 2 * y + 5 * t)) % 7 - 3;
  return base + cv::Vec3i::all(6 * (t % 2) + noise);
}

cv::Vec3i scenes(int t, int x, int y) {
  const int shown = t == 4 || t == 7 ? t - 1 : t;
  if (t >= 8) {
    const cv::Vec3i c = texture(2 * x + 4 * shown + 300, 2 * y + 111);
    return {255 - c[2], 255 - c[1], 255 - c[0]};
  }
  return texture(2 * x + 2 * shown, 2 * y + 2 * shown) - cv::Vec3i::all(t == 0 ? 30 : 0);
}

cv::Vec3i large(int t, int x, int y) { return texture(x + 3 * t, y + 2 * t); }

struct Recipe {
  const char* name;
  cv::Vec3i (*colour)(int t, int x, int y);
  int frames, width, height;
};

void PrintTo(const Recipe& recipe, std::ostream* out) { *out << recipe.name; }

const Recipe kRecipes[] = {{"pan", pan, 12, 96, 64},
                           {"layers", layers, 12, 96, 64},
                           {"scenes", scenes, 12, 96, 64},
                           {"large", large, 4, 405, 372}};

Clip made(const Recipe& recipe) {
  return test::clip_of(recipe.frames, [&](int t) {
    cv::Mat frame(recipe.height, recipe.width, CV_8UC3);
    for (int y = 0; y < frame.rows; ++y) {
      for (int x = 0; x < frame.cols; ++x) frame.at<cv::Vec3b>(y, x) = recipe.colour(t, x, y);
    }
    return frame;
  });
}

int64_t checksum(const cv::Mat& frame) {
  int64_t sum = 0;
  const auto bytes = static_cast<int64_t>(frame.total()) * frame.channels();
  for (int64_t i = 0; i < bytes; ++i) sum += frame.data[i] * (i % 251 + 1);
  return sum;
}

nlohmann::json golden(const std::string& name) {
  const auto path =
      std::filesystem::path(FLOWREEL_TEST_DATA) / "golden" / "consistency" / (name + ".json");
  std::ifstream file(path);
  if (!file) throw std::runtime_error(path.string() + " cannot be read");
  return nlohmann::json::parse(file);
}

// A number or null, as a value of ours that may be absent.
std::optional<double> number(const nlohmann::json& value) {
  if (value.is_null()) return std::nullopt;
  return value.get<double>();
}

// Optical flow of other versions is other, by percents.
bool same_opencv(const nlohmann::json& recorded) {
  return recorded.at("versions").at("opencv") == CV_VERSION;
}

struct Compared {
  MeterRow row;
  std::set<std::string> names;  // all of them that were recorded
};

const std::vector<Compared>& of_pixels() {
  static const std::vector<Compared> all = {
      {temporal_flickering(), {"temporal_flickering"}},
      {brightness_flicker(),
       {"brightness_flicker", "brightness_flicker_max", "colour_flicker_a", "colour_flicker_b"}},
      {stillness(), {"still_ratio", "duplicate_ratio", "longest_freeze_s"}},
      {likeness(), {"adjacent_ssim", "adjacent_psnr", "first_frame_ssim", "drift_curve"}},
      {first_frame_jump(), {"first_frame_jump"}},
      {detail(), {"si", "si_max", "ti", "ti_max"}},
      {drift(),
       {"color_drift", "color_drift_2000", "color_drift_slope", "luma_drift", "contrast_drift",
        "sharpness_drift", "noise_sigma", "noise_drift"}},
  };
  return all;
}

const std::vector<Compared>& of_motion() {
  static const std::vector<Compared> all = {
      {flicker_mc(), {"flicker_mc", "flicker_mc_p95"}},
      {warping(), {"warping_error", "warping_ratio"}},
      {motion_degree(),
       {"motion_degree", "motion_degree_p95", "dynamic_degree_dis", "dynamic_degree_dis_score",
        "static_filter_dis"}},
  };
  return all;
}

void expect_same(const Measurement& ours, const nlohmann::json& theirs) {
  SCOPED_TRACE(ours.definition->name);
  const double tolerance = kTolerance;
  const std::optional<double> value = number(theirs.at("value"));
  ASSERT_EQ(ours.value.has_value(), value.has_value());
  if (value) {
    EXPECT_NEAR(*ours.value, *value, tolerance);
  }
  const nlohmann::json& by_frame = theirs.at("per_frame");
  if (!value) return;  // whatever of the frames
  ASSERT_EQ(ours.series.size(), by_frame.size());
  for (size_t i = 0; i < by_frame.size(); ++i) {
    const std::optional<double> expected = number(by_frame[i]);
    ASSERT_EQ(std::isnan(ours.series[i]), !expected) << "frame " << i;
    if (expected) {
      EXPECT_NEAR(ours.series[i], *expected, tolerance) << "frame " << i;
    }
  }
}

class GoldenValues : public testing::TestWithParam<Recipe> {
 protected:
  void compare(const std::vector<Compared>& meters) {
    const Clip clip = made(GetParam());
    for (const auto& [row, names] : meters) {
      ClipFacts facts;
      facts.fps = golden_.at("fps");
      std::set<std::string> seen;
      for (const Measurement& m : test::measured(row, clip, facts)) {
        if (!names.contains(m.definition->name)) continue;
        seen.insert(m.definition->name);
        expect_same(m, golden_.at("metrics").at(m.definition->name));
      }
      EXPECT_EQ(seen, names);
    }
  }

  const nlohmann::json golden_ = golden(GetParam().name);
};

TEST_P(GoldenValues, TheClipsAreTheSame) {
  const Clip clip = made(GetParam());
  std::vector<int64_t> sums;
  for (const cv::Mat& frame : clip) sums.push_back(checksum(frame));
  EXPECT_EQ(sums, golden_.at("checksums").get<std::vector<int64_t>>());
}

TEST_P(GoldenValues, OfPixels) { compare(of_pixels()); }

TEST_P(GoldenValues, OfMotion) {
  if (!same_opencv(golden_))
    GTEST_SKIP() << "recorded with OpenCV " << golden_.at("versions").at("opencv")
                 << ", whose optical flow is not that of " << CV_VERSION;
  compare(of_motion());
}

TEST_P(GoldenValues, SceneCuts) {
  SceneCuts cuts;
  FrameMoment moment;
  for (const cv::Mat& frame : made(GetParam())) {
    moment.now = std::make_shared<const Picture>(frame);
    cuts.see(moment);
  }
  ClipEnd end;
  end.frames = GetParam().frames;
  end.cuts = cuts.cuts();
  expect_same(cuts.finish(end)[0], golden_.at("metrics").at("scene_cuts"));
}

TEST(GoldenValuesOfAReference, AreThoseOfPython) {
  const nlohmann::json recorded = golden("pan_layers");
  const Clip clip = made(kRecipes[0]), noisy = made(kRecipes[1]);
  ReferenceMeter meter;
  for (size_t i = 0; i < clip.size(); ++i) meter.see(noisy[i], clip[i]);
  std::set<std::string> seen;
  for (const Measurement& m : meter.finish().measurements) {
    seen.insert(m.definition->name);
    if (m.definition->name == std::string("tof") && !same_opencv(recorded)) continue;
    expect_same(m, recorded.at("metrics").at(m.definition->name));
  }
  EXPECT_EQ(seen.size(), recorded.at("metrics").size());
}

INSTANTIATE_TEST_SUITE_P(Clips, GoldenValues, testing::ValuesIn(kRecipes),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace flowreel
