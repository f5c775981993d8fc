#include "pipeline/consistency/clip_meter.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "errors/error.h"
#include "pipeline/consistency/meter_table.h"
#include "pipeline/consistency/result_json.h"
#include "tests/pipeline/consistency/test_clips.h"

namespace flowreel {
namespace {

at::Tensor tensor_of(const cv::Mat& frame) {
  return at::from_blob(frame.data, {frame.rows, frame.cols, 3}, at::kByte).clone();
}

ClipMeasurements measured(const test::Clip& clip, const std::vector<std::string>& metrics = {}) {
  ClipMeter meter({}, metrics);
  for (const cv::Mat& frame : clip) meter.see(tensor_of(frame));
  return meter.finish();
}

// Every metric says something of every clip, however short, and never a NaN.
TEST(ClipMeter, EveryMetricAnswersForEveryLength) {
  for (const int frames : {0, 1, 2, 3, 7}) {
    const auto clip = test::clip_of(frames, [](int i) { return test::texture(2 * i, i); });
    const ClipMeasurements m = measured(clip);
    ASSERT_EQ(m.measurements.size(), clip_definitions().size());
    for (const Measurement& each : m.measurements) {
      SCOPED_TRACE(std::string(each.definition->name) + ", frames: " + std::to_string(frames));
      const bool has = each.status == Status::kOk || each.status == Status::kDegenerateStatic;
      EXPECT_EQ(each.value.has_value(), has);
      EXPECT_TRUE(std::isfinite(each.value.value_or(0)));
      EXPECT_TRUE(each.series.empty() || each.series.size() == static_cast<size_t>(frames));
      EXPECT_FALSE(frames == 0 && each.value);
    }
  }
}

TEST(ClipMeter, SmallFramesHaveNoMotionAndNoCrash) {
  const auto clip =
      test::clip_of(6, [](int i) { return cv::Mat(9, 12, CV_8UC3, cv::Scalar::all(i * 20)); });
  const ClipMeasurements m = measured(clip);
  EXPECT_EQ(find(m, "temporal_flickering")->status, Status::kOk);
  EXPECT_EQ(find(m, "flicker_mc")->status, Status::kNotApplicable);
  EXPECT_NE(find(m, "flicker_mc")->note.find("16x16"), std::string::npos);
}

TEST(ClipMeter, MeasuresOnlyWhatIsAskedFor) {
  const auto clip = test::clip_of(4, [](int i) { return test::texture(i, 0); });
  const ClipMeasurements m = measured(clip, {"temporal_flickering", "scene_cuts"});
  EXPECT_EQ(m.measurements.size(), 2u);
  EXPECT_NE(find(m, "scene_cuts"), nullptr);
  EXPECT_EQ(find(m, "flicker_mc"), nullptr);
  EXPECT_THROW(ClipMeter({}, {"flickering"}), UsageError);
}

TEST(ClipMeter, RefusesFramesOfTwoSizes) {
  ClipMeter meter({});
  meter.see(at::zeros({32, 48, 3}, at::kByte));
  try {
    meter.see(at::zeros({48, 32, 3}, at::kByte));
    FAIL();
  } catch (const DataError& error) {
    EXPECT_STREQ(error.what(),
                 "frame 1 has 32x48 pixels, the ones before it 48x32; expected one size");
  }
}

// A scene cut is found, and pairs across it are in no mean.
TEST(ClipMeter, PairsAcrossACutAreLeftOut) {
  const auto scene = [](int i) { return test::texture(i, 0); };
  const auto clip = test::clip_of(16, [&](int i) -> cv::Mat {
    if (i < 8) return scene(i);
    return 255 - scene(i);
  });
  const ClipMeasurements m = measured(clip);
  EXPECT_EQ(m.end.cuts, std::vector<int64_t>{8});
  const Measurement& likeness = *find(m, "adjacent_psnr");
  EXPECT_EQ(likeness.samples, 14);
  EXPECT_TRUE(std::isnan(likeness.series[8]));
}

// Two pictures with a cut between them stand still as one does.
TEST(ClipMeter, ACutIsNoMotion) {
  const auto clip = test::clip_of(12, [](int i) -> cv::Mat {
    return i < 6 ? test::texture(0, 0) : cv::Mat(255 - test::texture(0, 0));
  });
  const ClipMeasurements m = measured(clip);
  EXPECT_EQ(m.end.cuts, std::vector<int64_t>{6});
  EXPECT_TRUE(m.end.still);
  EXPECT_EQ(find(m, "adjacent_ssim")->status, Status::kDegenerateStatic);
}

// The size of a clip for which 1/N is not exact: shares of pixels stay within 0 and 1.
TEST(ClipMeter, CoverageIsAtMostOne) {
  const auto clip = test::clip_of(3, [](int) { return cv::Mat(360, 540, CV_8UC3, {9, 9, 9}); });
  for (const Measurement& each : measured(clip).measurements)
    EXPECT_LE(each.coverage, 1) << each.definition->name;
}

// No digit depends on the number of threads.
TEST(ClipMeter, ThreadsChangeNothing) {
  const auto clip = test::clip_of(6, [](int i) { return test::texture(1.5 * i, 0.5 * i); });
  const int before = cv::getNumThreads();
  cv::setNumThreads(1);
  const ClipMeasurements one = measured(clip);
  cv::setNumThreads(4);
  const ClipMeasurements four = measured(clip);
  cv::setNumThreads(before);
  const auto text = [](const ClipMeasurements& m) {
    Results results;
    results.clips.emplace_back();
    results.clips[0].facts = m.facts;
    results.clips[0].end = m.end;
    results.clips[0].measurements = m.measurements;
    return to_json(results);
  };
  EXPECT_EQ(text(one), text(four));
}

}  // namespace
}  // namespace flowreel
