#include "pipeline/consistency/scene_cuts.h"

#include <gtest/gtest.h>

#include "pipeline/consistency/series.h"
#include "tests/pipeline/consistency/test_clips.h"

namespace flowreel {
namespace {

using namespace test;

// Scene cuts need no motion, so this is quicker than test_clips.h's.
struct Found {
  std::vector<int64_t> cuts;
  Measurement measurement;
};

Found of(const Clip& clip) {
  SceneCuts meter;
  FrameMoment moment;
  for (const cv::Mat& frame : clip) {
    moment.now = std::make_shared<const Picture>(frame);
    meter.see(moment);
    ++moment.index;
  }
  ClipEnd end;
  end.frames = moment.index;
  end.cuts = meter.cuts();
  return {end.cuts, meter.finish(end)[0]};
}

using Frames = std::vector<int64_t>;

// The texture in one colour.
cv::Mat tinted(const cv::Mat& grey, double red, double green, double blue) {
  cv::Mat frame;
  cv::multiply(grey, cv::Scalar(red, green, blue), frame);
  return frame;
}

cv::Mat sea(int i) { return tinted(texture(3 * i, i), 0.3, 0.6, 1.2); }
cv::Mat desert(int i) { return tinted(texture(-2 * i, 400), 1.3, 0.9, 0.4); }

TEST(SceneCuts, AHardCutIsOneCutWhereTheSceneBegins) {
  for (const int cut : {1, 2, 5, 8, 9}) {
    const Found found = of(clip_of(10, [&](int i) { return i < cut ? sea(i) : desert(i); }));
    EXPECT_EQ(found.cuts, Frames{cut}) << cut;
    EXPECT_EQ(found.measurement.value, 1);
    EXPECT_EQ(found.measurement.status, Status::kOk);
    EXPECT_EQ(found.measurement.samples, 9);
  }
}

TEST(SceneCuts, FindsSeveral) {
  const Found found =
      of(clip_of(16, [](int i) { return i < 4 || (i >= 9 && i < 12) ? sea(i) : desert(i); }));
  EXPECT_EQ(found.cuts, (Frames{4, 9, 12}));
}

// The content value is the mean over H, S and V: of pure red and pure green, 60 of hue alone.
TEST(SceneCuts, TheSeriesIsTheContentValue) {
  const Found found = of({flat(255, 0, 0), flat(255, 0, 0), flat(0, 255, 0), flat(0, 155, 0)});
  EXPECT_TRUE(std::isnan(found.measurement.series[0]));
  EXPECT_EQ(found.measurement.series[1], 0);
  EXPECT_DOUBLE_EQ(found.measurement.series[2], 60 / 3.0);
  EXPECT_DOUBLE_EQ(found.measurement.series[3], 100 / 3.0);
}

TEST(SceneCuts, TheLeastChangeIs27) {
  for (const int value : {80, 81}) {
    const Found found =
        of(clip_of(6, [&](int i) { return i < 3 ? flat(0, 0, 0) : flat(value, value, value); }));
    EXPECT_EQ(found.cuts, value == 81 ? Frames{3} : Frames{}) << value;
  }
}

TEST(SceneCuts, APanHasNone) {
  for (const int speed : {2, 6, 12})
    EXPECT_EQ(of(clip_of(12, [&](int i) { return texture(speed * i, 0); })).cuts, Frames{});
}

// Every pair of a wild clip is far apart, so none stands out.
TEST(SceneCuts, AWildClipHasNone) {
  cv::RNG random(7);
  const Found found = of(clip_of(12, [&](int) {
    cv::Mat frame(kHeight, kWidth, CV_8UC3);
    random.fill(frame, cv::RNG::UNIFORM, 0, 256);
    return frame;
  }));
  EXPECT_GT(quantile(found.measurement.series, 0), 27);
  EXPECT_EQ(found.cuts, Frames{});
}

// A clip with 4 frames before and after `length` frames of change, share rising from 0 to 1.
Clip fade(int length, const std::function<cv::Mat(double, int)>& make) {
  return clip_of(length + 8,
                 [&](int i) { return make(std::clamp((i - 4.0) / length, 0.0, 1.0), i); });
}

TEST(SceneCuts, AFadeHasNone) {
  const auto to_other = [](double share, int i) {
    cv::Mat frame;
    cv::addWeighted(sea(i), 1 - share, desert(i), share, 0, frame);
    return frame;
  };
  const auto to_dark = [](double share, int i) {
    const double light = 1 - 0.9 * share;
    return tinted(sea(i), light, light, light);
  };
  for (const int length : {6, 12, 24}) {
    EXPECT_EQ(of(fade(length, to_other)).cuts, Frames{}) << length;
    EXPECT_EQ(of(fade(length, to_dark)).cuts, Frames{}) << length;
  }
}

// Black has no hue and no saturation, so the step from nearly black, which one hardly sees, changes
// both at once; the pixels it hardly changes.
TEST(SceneCuts, AFadeOfColourToBlackHasNone) {
  const Found found = of(fade(
      12, [](double share, int i) { return tinted(sea(i), 1 - share, 1 - share, 1 - share); }));
  EXPECT_GE(found.measurement.series[16], 27);
  EXPECT_EQ(found.cuts, Frames{});
}

// A frame that flashes is a defect of its scene, and stays in it, so that other metrics see it. At
// the ends of the clip nothing tells it from a scene of one frame.
TEST(SceneCuts, AFlashIsNoScene) {
  const auto flash_at = [](int at) {
    return of(clip_of(10, [&](int i) { return texture(3 * i, i, i == at ? 120 : 0); })).cuts;
  };
  for (const int at : {1, 2, 5, 8}) EXPECT_EQ(flash_at(at), Frames{}) << at;
  EXPECT_EQ(flash_at(0), Frames{1});
  EXPECT_EQ(flash_at(9), Frames{9});
}

// There is nothing beside the only pair that it could stand out from.
TEST(SceneCuts, TwoFramesHaveNone) {
  const Found found = of({flat(0, 0, 0), flat(255, 255, 255)});
  EXPECT_EQ(found.measurement.value, 0);
  EXPECT_EQ(found.measurement.status, Status::kOk);
  EXPECT_EQ(of({flat(0, 0, 0), flat(255, 255, 255), flat(255, 255, 255)}).cuts, Frames{1});
}

TEST(SceneCuts, NeedTwoFrames) {
  for (const Clip& clip : {Clip{}, Clip{flat(1, 2, 3)}}) {
    EXPECT_EQ(of(clip).measurement.status, Status::kTooFewFrames);
    EXPECT_FALSE(of(clip).measurement.value);
  }
}

TEST(ClipEnd, KnowsItsCuts) {
  const ClipEnd end{20, {4, 9, 12}, false};
  for (const int64_t cut : end.cuts) EXPECT_TRUE(end.is_cut(cut));
  for (const int64_t frame : {0, 3, 5, 10, 13, 19}) EXPECT_FALSE(end.is_cut(frame));
}

}  // namespace
}  // namespace flowreel
