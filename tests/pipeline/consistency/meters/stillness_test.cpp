#include "pipeline/consistency/meters/stillness.h"

#include <gtest/gtest.h>

#include "tests/pipeline/consistency/test_clips.h"

namespace flowreel {
namespace {

using namespace test;

struct Found {
  Measurement still, duplicates, freeze;
};

Found of(const Clip& clip, double fps = 24) {
  ClipFacts facts;
  facts.fps = fps;
  std::vector<Measurement> all = measured(stillness(), clip, facts);
  return {all[0], all[1], all[2]};
}

// A pan whose frame i shows the picture of time shown(i).
Clip pan(int frames, const std::function<int(int)>& shown) {
  return clip_of(frames, [&](int i) { return texture(4 * shown(i), 0); });
}

TEST(Stillness, APanHasNone) {
  const Found found = of(pan(8, [](int i) { return i; }));
  for (const Measurement& m : {found.still, found.duplicates, found.freeze}) {
    EXPECT_EQ(m.value, 0);
    EXPECT_EQ(m.status, Status::kOk);
    EXPECT_EQ(m.samples, 7);
    EXPECT_EQ(m.note, "");
  }
}

TEST(Stillness, EveryPairOfAStillClipIsADuplicate) {
  const Found found = of(pan(48, [](int) { return 0; }));
  EXPECT_EQ(found.duplicates.value, 1);
  EXPECT_EQ(found.duplicates.samples, 47);
  EXPECT_EQ(found.duplicates.status, Status::kDegenerateStatic);
  EXPECT_EQ(found.still.value, 1);
  EXPECT_EQ(found.still.status, Status::kOk);
  EXPECT_DOUBLE_EQ(*found.freeze.value, 47 / 24.0);
  EXPECT_EQ(found.freeze.status, Status::kOk);
  EXPECT_EQ(found.freeze.note, "frames 0 to 47");
}

TEST(Stillness, EveryKthFrameDuplicated) {
  for (const int k : {2, 3, 4, 5}) {
    // Frames k - 1, 2k - 1, … show the frame before them.
    const Found found = of(pan(48, [k](int i) { return i % k == k - 1 ? i - 1 : i; }));
    EXPECT_DOUBLE_EQ(*found.duplicates.value, (48 / k) / 47.0) << k;
    EXPECT_EQ(found.duplicates.value, found.still.value) << k;
    EXPECT_EQ(found.duplicates.status, Status::kOk);
    EXPECT_EQ(found.duplicates.note, "every " + std::to_string(k) + " frames");
    EXPECT_DOUBLE_EQ(*found.freeze.value, 1 / 24.0);
    for (size_t i = 1; i < 48; ++i)
      EXPECT_EQ(found.duplicates.series[i], static_cast<int>(i) % k == k - 1) << k << " " << i;
  }
}

TEST(Stillness, EachFrameShownThreeTimesIsTwoDuplicates) {
  const Found found = of(pan(12, [](int i) { return i / 3; }));
  EXPECT_DOUBLE_EQ(*found.duplicates.value, 8 / 11.0);
  EXPECT_EQ(found.duplicates.note, "every 3 frames");
}

// Frames 3 to 13 show one picture: 10 still pairs.
TEST(Stillness, AHoldIsAFreezeAndNoDuplicate) {
  const auto shown = [](int i) { return std::min(i, 3) + std::max(i - 13, 0); };
  const Found found = of(pan(17, shown));
  EXPECT_DOUBLE_EQ(*found.still.value, 10 / 16.0);
  EXPECT_EQ(found.duplicates.value, 0);
  EXPECT_DOUBLE_EQ(*found.freeze.value, 10 / 24.0);
  EXPECT_EQ(found.freeze.note, "frames 3 to 13");
  // Twice as fast it is over in 0.21 s.
  EXPECT_DOUBLE_EQ(*of(pan(17, shown), 48).duplicates.value, 10 / 16.0);
  EXPECT_DOUBLE_EQ(*of(pan(17, shown), 48).freeze.value, 10 / 48.0);
}

// A doubled frame stutters at every rate, however long it stands.
TEST(Stillness, OneStillPairIsADuplicateAtAnyRate) {
  const Found found = of(pan(6, [](int i) { return i < 3 ? i : i - 1; }), 2);
  EXPECT_DOUBLE_EQ(*found.duplicates.value, 1 / 5.0);
}

TEST(Stillness, RunsAtTheEndsHaveOneNeighbour) {
  const Found found = of(pan(8, [](int i) { return std::clamp(i, 1, 6); }));
  EXPECT_DOUBLE_EQ(*found.duplicates.value, 2 / 7.0);
  EXPECT_EQ(found.duplicates.series[1], 1);
  EXPECT_EQ(found.duplicates.series[7], 1);
}

// Frames 0 and 1 are one scene without motion; the pair across the cut is not counted.
TEST(Stillness, ScenesAreOnTheirOwn) {
  const Clip clip = clip_of(8, [](int i) { return i < 2 ? flat(250, 0, 0) : texture(4 * i, 0); });
  const Found found = of(clip);
  EXPECT_EQ(found.still.samples, 6);
  EXPECT_DOUBLE_EQ(*found.still.value, 1 / 6.0);
  EXPECT_EQ(found.duplicates.value, 0);
  EXPECT_TRUE(std::isnan(found.still.series[2]));
}

TEST(Stillness, TheThresholdIsThatOfFreezedetect) {
  // 0.255 of 128 x 192 x 3 values is 18800.64: so many may differ by one level.
  for (const int changed : {18800, 18801}) {
    cv::Mat next = texture(0, 0);
    for (int i = 0; i < changed; ++i) ++next.data[i];
    const Found found = of({texture(0, 0), next});
    EXPECT_EQ(found.still.value, changed == 18800 ? 1 : 0);
    EXPECT_EQ(found.duplicates.value, changed == 18800 ? 1 : 0);
  }
}

TEST(Stillness, IsTheSameBackwardsAndMirrored) {
  const Clip clip = pan(9, [](int i) { return i < 4 ? i : i - 1; });
  const Clip backwards(clip.rbegin(), clip.rend());
  Clip mirrored;
  for (const cv::Mat& frame : clip) cv::flip(frame, mirrored.emplace_back(), 1);
  for (const Clip& other : {backwards, mirrored}) {
    EXPECT_EQ(of(other).still.value, of(clip).still.value);
    EXPECT_EQ(of(other).duplicates.value, of(clip).duplicates.value);
    EXPECT_EQ(of(other).freeze.value, of(clip).freeze.value);
  }
}

TEST(Stillness, NeedsTwoFrames) {
  for (const Clip& clip : {Clip{}, Clip{texture(0, 0)}}) {
    for (const Measurement& m : measured(stillness(), clip)) {
      EXPECT_EQ(m.status, Status::kTooFewFrames);
      EXPECT_FALSE(m.value);
    }
  }
}

}  // namespace
}  // namespace flowreel
