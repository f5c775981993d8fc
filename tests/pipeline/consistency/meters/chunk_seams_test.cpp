#include "pipeline/consistency/meters/chunk_seams.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <random>

#include "pipeline/consistency/series.h"
#include "tests/pipeline/consistency/moving_texture.h"
#include "tests/pipeline/consistency/test_clips.h"

namespace flowreel {
namespace {

using namespace test;

constexpr int kFrames = 64, kChunk = 8;

// A pan over texture with noise, `offset` of its frame added; grain of that deviation lies on the
// texture, another one in each chunk.
struct Scene {
  uint64_t seed = 1;
  cv::Size size = {96, 64};
  double vx = 0.9, vy = 0.6;  // pixels per frame
  double grain = 0;
  std::function<double(int)> offset = [](int) { return 0; };

  Clip clip(int frames = kFrames) const {
    const MovingTexture texture(size, seed);
    return clip_of(frames, [&](int i) {
      cv::Mat grain_now;
      if (grain > 0)
        grain_now = gaussian(MovingTexture::world_size(size), grain, 100 * seed + i / kChunk);
      const cv::Mat seen = texture.seen_from(vx * i, vy * i, grain_now);
      return frame_of(seen + gaussian(size, 0.7, 1000 * seed + i) + offset(i));
    });
  }
};

ClipFacts chunks_of(int frames) {
  ClipFacts facts;
  for (int i = 0; i < kFrames; i += frames) facts.chunk_starts.push_back(i);
  return facts;
}

using ByName = std::map<std::string, Measurement>;

ByName of(const Clip& clip, const ClipFacts& facts = chunks_of(kChunk)) {
  ByName result;
  for (Measurement& m : measured(chunk_seams(), clip, facts)) result[m.definition->name] = m;
  return result;
}

std::function<double(int)> alternating(double a) {
  return [a](int i) { return i / kChunk % 2 == 0 ? 0 : a; };
}

TEST(ChunkSeams, FindsAStepInBrightness) {
  for (const double a : {1, 2}) {
    Scene scene;
    scene.offset = alternating(a);
    const ByName m = of(scene.clip());
    EXPECT_LT(m.at("seam_dc_p").value.value(), 1e-8);
    // The step, against the least that counts.
    EXPECT_NEAR(m.at("seam_dc_contrast").value.value(), a / 0.1, 0.5 * a);
    EXPECT_LT(m.at("seam_p").value.value(), 4e-4);
    EXPECT_GT(m.at("seam_contrast").value.value(), 1.04);
    EXPECT_EQ(m.at("seam_dc_p").samples, kFrames - 1);
    EXPECT_EQ(m.at("seam_dc_p").note, "boundaries 7, other pairs 56");
    EXPECT_GT(m.at("seam_p").coverage, 0.8);
  }
}

TEST(ChunkSeams, FindsAChangeOfTextureThatKeepsBrightness) {
  for (const uint64_t seed : {1, 2, 3}) {
    Scene scene;
    scene.seed = seed;
    scene.grain = 1;
    const ByName m = of(scene.clip());
    EXPECT_LT(m.at("seam_p").value.value(), 1e-5);
    EXPECT_GT(m.at("seam_contrast").value.value(), 1.05);
    EXPECT_GT(m.at("seam_dc_p").value.value(), 0.05);
    EXPECT_NEAR(m.at("seam_dc_contrast").value.value(), 1, 0.1);
  }
}

TEST(ChunkSeams, FindsAStepInColourAlone) {
  Clip clip = Scene().clip();
  // Not grey, whose hue means nothing and jumps at every touch: that would be a scene cut.
  for (cv::Mat& frame : clip) frame += cv::Scalar(20, 0, -20);
  for (int i = 0; i < kFrames; ++i) {
    if (i / kChunk % 2 == 1) clip[i] += cv::Scalar(2, -2, 0);
  }
  EXPECT_LT(of(clip).at("seam_dc_p").value.value(), 1e-8);
}

// Forty clean clips with motion of their own: as many p-values as chance gives.
TEST(ChunkSeams, CleanClipsAreUniform) {
  std::mt19937 random(5);
  const auto speed = [&] { return 3 * (static_cast<double>(random()) / 4294967296.0 - 0.5); };
  std::vector<double> sizes, steps;
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    Scene scene;
    scene.seed = seed;
    scene.size = {64, 48};
    scene.vx = speed();
    scene.vy = speed();
    const ByName m = of(scene.clip());
    sizes.push_back(m.at("seam_p").value.value());
    steps.push_back(m.at("seam_dc_p").value.value());
  }
  for (std::vector<double>* p : {&sizes, &steps}) {
    std::sort(p->begin(), p->end());
    // Binomial(40, p): more than 2 below 0.01 or 6 below 0.05 has a chance of less than 1 %.
    EXPECT_GE((*p)[2], 0.01);
    EXPECT_GE((*p)[6], 0.05);
  }
  EXPECT_NEAR(median(sizes), 0.5, 0.2);
}

// Chunks of 32 of which the second moves fast: its boundary has the pairs beside it to be judged
// by.
TEST(ChunkSeams, JudgesABoundaryByItsNeighbours) {
  const MovingTexture texture({96, 64}, 3);
  const Clip clip = clip_of(kFrames, [&](int i) {
    const double way = i < 30 ? 0.1 * i : 3 + 1.7 * (i - 30);
    return frame_of(texture.seen_from(way, 0) + gaussian({96, 64}, 0.7, i));
  });
  ClipFacts facts;
  facts.chunk_starts = {36, 44, 52, 60};
  const ByName m = of(clip, facts);
  EXPECT_GT(m.at("seam_p").value.value(), 0.05);
  EXPECT_NEAR(m.at("seam_contrast").value.value(), 1, 0.05);
}

TEST(ChunkSeams, AFadeIsNoStep) {
  Scene scene;
  scene.offset = [](int i) { return i - 32.0; };
  const ByName m = of(scene.clip());
  EXPECT_GT(m.at("seam_dc_p").value.value(), 0.05);
  EXPECT_NEAR(m.at("seam_dc_contrast").value.value(), 1, 0.1);
}

TEST(ChunkSeams, SaysNothingOfStepsInStepWithBFrames) {
  Scene scene;
  scene.size = {64, 48};
  scene.offset = alternating(2);
  const Clip clip = scene.clip();
  ClipFacts facts = chunks_of(kChunk);
  facts.mini_gop = 4;
  const ByName m = of(clip, facts);
  for (const char* name : {"seam_dc_contrast", "seam_dc_p"}) {
    EXPECT_EQ(m.at(name).status, Status::kNotApplicable);
    EXPECT_FALSE(m.at(name).value);
    EXPECT_EQ(m.at(name).note,
              "the boundaries keep step with the encoder's B-frames, every 4 frames");
  }
  EXPECT_EQ(m.at("seam_p").status, Status::kOk);
  facts.mini_gop = 3;
  EXPECT_EQ(of(clip, facts).at("seam_dc_p").status, Status::kOk);
}

TEST(ChunkSeams, LeavesOutKeyFrames) {
  Scene scene;
  scene.size = {64, 48};
  // A jump at key frames alone, four of which are boundaries.
  const std::vector<int64_t> keys = {0, 8, 16, 24, 32, 50};
  scene.offset = [&](int i) {
    return std::count_if(keys.begin(), keys.end(), [i](int64_t k) { return k <= i; }) % 2 * 3;
  };
  const Clip clip = scene.clip();
  ClipFacts facts = chunks_of(kChunk);
  EXPECT_GT(of(clip, facts).at("seam_dc_contrast").value.value(), 20);
  facts.key_frames = keys;
  const ByName m = of(clip, facts);
  EXPECT_NEAR(m.at("seam_dc_contrast").value.value(), 1, 0.3);
  EXPECT_GT(m.at("seam_dc_p").value.value(), 0.05);
  EXPECT_EQ(m.at("seam_dc_p").note,
            "boundaries 3, other pairs 55, boundaries left out as key frames 4");
  facts.key_frames = facts.chunk_starts;
  const Measurement none = of(clip, facts).at("seam_p");
  EXPECT_EQ(none.status, Status::kNotApplicable);
  EXPECT_EQ(none.note, "every chunk boundary is a scene cut or a key frame of the encoder");
}

TEST(ChunkSeams, LeavesOutCuts) {
  Clip clip = Scene().clip(32);
  for (int i = 16; i < 32; ++i) clip[i] = cv::Scalar::all(255) - clip[i] / 4;
  ClipFacts facts;
  facts.chunk_starts = {16};
  EXPECT_EQ(of(clip, facts).at("seam_p").note,
            "every chunk boundary is a scene cut or a key frame of the encoder");
  facts.chunk_starts = {8, 16};
  const ByName m = of(clip, facts);
  EXPECT_EQ(m.at("seam_p").note, "boundaries 1, other pairs 29");
  facts.key_frames = {8};  // one is a cut, the other a key frame
  EXPECT_EQ(of(clip, facts).at("seam_p").status, Status::kNotApplicable);
  EXPECT_LT(m.at("seam_contrast").value.value(), 1.2);
}

TEST(ChunkSeams, NeedsBoundariesWithinTheClip) {
  const Clip clip = Scene().clip(12);
  for (const auto& [name, m] : of(clip, {})) {
    EXPECT_EQ(m.status, Status::kNotApplicable) << name;
    EXPECT_FALSE(m.value);
    EXPECT_EQ(m.note, "no chunk boundary is known");
  }
  ClipFacts facts;
  facts.chunk_starts = {0, 12, 24};
  EXPECT_EQ(of(clip, facts).at("seam_p").note, "no chunk boundary lies within the clip");
  // Every pair is a boundary: nothing is left to compare with.
  for (int i = 0; i < 12; ++i) facts.chunk_starts.push_back(i);
  EXPECT_EQ(of(clip, facts).at("seam_p").status, Status::kTooFewFrames);
  EXPECT_EQ(of({clip[0]}, facts).at("seam_dc_p").status, Status::kTooFewFrames);
  EXPECT_EQ(of({}, facts).at("seam_dc_p").status, Status::kTooFewFrames);
}

TEST(ChunkSeams, AStillClipIsDegenerate) {
  const Clip clip = clip_of(24, [](int) { return texture(0, 0); });
  for (const auto& [name, m] : of(clip)) {
    EXPECT_EQ(m.status, Status::kDegenerateStatic) << name;
    EXPECT_EQ(m.value, 1) << name;
  }
}

TEST(ChunkSeams, NeedsPixelsToTrust) {
  const std::unique_ptr<Meter> meter = chunk_seams().make(chunks_of(kChunk));
  FrameMoment moment;  // frames too small for motion
  for (moment.index = 0; moment.index < 20; ++moment.index) {
    moment.before = moment.now;
    moment.now = std::make_shared<const Picture>(cv::Mat(8, 8, CV_8UC3, cv::Scalar::all(9)));
    meter->see(moment);
  }
  ClipEnd end;
  end.frames = 20;
  for (const Measurement& m : meter->finish(end)) EXPECT_EQ(m.status, Status::kNoValidPixels);
}

}  // namespace
}  // namespace flowreel
