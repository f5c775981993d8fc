#include "pipeline/consistency/meters/tile_seams.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "pipeline/consistency/series.h"
#include "tests/pipeline/consistency/moving_texture.h"
#include "tests/pipeline/consistency/test_clips.h"

namespace flowreel {
namespace {

using namespace test;

constexpr int kFrames = 32;
const cv::Size kSize(192, 128);

ClipFacts tiles(std::vector<int> columns, std::vector<int> rows) {
  ClipFacts facts;
  facts.tile_columns = std::move(columns);
  facts.tile_rows = std::move(rows);
  return facts;
}

const ClipFacts kTiles = tiles({64, 128}, {64});

struct Result {
  Measurement contrast, p;
};

// Without motion between frames, which this meter does not look at.
Result of(const ClipFacts& facts, const std::function<cv::Mat(int)>& frame, int frames = kFrames) {
  const std::unique_ptr<Meter> meter = tile_seams().make(facts);
  FrameMoment moment;
  for (int i = 0; i < frames; ++i) {
    moment.index = i;
    moment.now = std::make_shared<const Picture>(frame(i));
    meter->see(moment);
  }
  ClipEnd end;
  end.frames = frames;
  const std::vector<Measurement> both = meter->finish(end);
  return {both.at(0), both.at(1)};
}

struct Scene {
  uint64_t seed = 1;
  double vx = 0.7, vy = 0.3;  // pixels per frame
  // What is done to the frame, CV_32F.
  std::function<void(cv::Mat&)> spoil = [](cv::Mat&) {};

  Result result(const ClipFacts& facts = kTiles) const {
    const MovingTexture texture(kSize, seed);
    return of(facts, [&](int i) {
      cv::Mat seen = texture.seen_from(vx * i, vy * i) + gaussian(kSize, 1, 1000 * seed + i);
      spoil(seen);
      return frame_of(seen);
    });
  }
};

// The tile in row `row`, column `column` of the 2x3 of kTiles.
cv::Mat tile(cv::Mat& frame, int row, int column) {
  return frame(cv::Rect(64 * column, 64 * row, 64, 64));
}

void raise_every_other_tile(cv::Mat& frame, double a) {
  for (int t = 0; t < 6; ++t) {
    if ((t / 3 + t % 3) % 2 == 1) tile(frame, t / 3, t % 3) += a;
  }
}

TEST(TileSeams, FindsAStepOfOneLevel) {
  for (const uint64_t seed : {1, 2, 3}) {
    Scene scene;
    scene.seed = seed;
    scene.spoil = [](cv::Mat& frame) { raise_every_other_tile(frame, 1); };
    const Result found = scene.result();
    EXPECT_LT(found.p.value.value(), 1e-4) << seed;
    EXPECT_GT(found.contrast.value.value(), 3) << seed;
    EXPECT_EQ(found.p.samples, kFrames);
    EXPECT_EQ(found.p.note, "borders 3, other columns and rows 299");
  }
}

TEST(TileSeams, FindsTilesOfOtherContrast) {
  Scene scene;
  scene.spoil = [](cv::Mat& frame) {
    cv::Mat middle = frame(cv::Rect(64, 0, 64, 128));
    middle = (middle - 120) * 1.1 + 120;
  };
  EXPECT_LT(scene.result(tiles({64, 128}, {})).p.value.value(), 1e-3);
}

// Fifty clean clips: as many p-values as chance gives.
TEST(TileSeams, CleanClipsAreUniform) {
  std::vector<double> p, contrast;
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    Scene scene;
    scene.seed = seed;
    scene.vx = 0.05 * static_cast<double>(seed % 7) - 0.15;
    scene.vy = 0.04 * static_cast<double>(seed % 5) + 0.1;
    const Result found = scene.result();
    p.push_back(found.p.value.value());
    contrast.push_back(found.contrast.value.value());
  }
  std::sort(p.begin(), p.end());
  // Binomial(50, p): more than 3 below 0.01 or 8 below 0.05 has a chance of less than 1 %.
  EXPECT_GE(p[3], 0.01);
  EXPECT_GE(p[8], 0.05);
  EXPECT_NEAR(median(p), 0.5, 0.2);
  EXPECT_NEAR(median(contrast), 1, 0.15);
}

// The step of a flat picture is what it is: a exactly, against the least that counts, in one band
// of three channels or of one.
TEST(TileSeams, OnAFlatPictureTheContrastIsTheStep) {
  const auto step = [](const cv::Scalar& by) {
    return of(tiles({64}, {}), [&](int) {
      cv::Mat frame = flat(100, 100, 100);
      frame.colRange(64, kWidth) += by;
      return frame;
    });
  };
  EXPECT_NEAR(step(cv::Scalar::all(1)).contrast.value.value(), 1 / 0.05, 1e-12);
  EXPECT_NEAR(step(cv::Scalar(0, 1, 0)).contrast.value.value(), 1 / 0.15, 1e-12);
  EXPECT_NEAR(step(cv::Scalar::all(9)).contrast.value.value(), 2 / 0.05,
              1e-12);  // the most that counts
  // Columns 2 … 190 but 62 … 66, and the border itself.
  const Result found = step(cv::Scalar::all(1));
  EXPECT_EQ(found.p.note, "borders 1, other columns and rows 184");
  EXPECT_NEAR(found.p.value.value(), 1 / 185.0, 1e-12);
}

// A step that changes its sign within 16 frames cancels; one that does so from chunk to chunk of as
// many does not.
TEST(TileSeams, AveragesSixteenFramesWithTheirSign) {
  const auto turning = [](int frames) {
    const auto clip = [frames](int i) {
      cv::Mat frame = flat(100, 100, 100);
      frame.colRange(64, kWidth) += cv::Scalar::all(i / frames % 2 == 0 ? 1 : -1);
      return frame;
    };
    return of(tiles({64}, {}), clip).contrast.value.value();
  };
  EXPECT_NEAR(turning(16), 20, 1e-12);
  EXPECT_NEAR(turning(8), 1, 1e-12);
}

// Rows are columns of the picture on its side.
TEST(TileSeams, RowsAreSeenAsColumnsAre) {
  const auto frame = [](int i) { return frame_of(MovingTexture(kSize, 4).seen_from(i, 0)); };
  const auto turned = [&](int i) { return cv::Mat(frame(i).t()); };
  EXPECT_EQ(of(tiles({60, 100}, {}), frame, 4).contrast.value,
            of(tiles({}, {60, 100}), turned, 4).contrast.value);
}

// What an encoder's blocks or a decoder's grid leave on every sixteenth column is no seam.
TEST(TileSeams, AGridIsNoSeam) {
  Scene scene;
  scene.spoil = [](cv::Mat& frame) {
    for (int x = 0; x < frame.cols; x += 32) frame.colRange(x, x + 16) += 1;
    for (int y = 0; y < frame.rows; y += 32) frame.rowRange(y, y + 16) += 1;
  };
  const Result found = scene.result();
  EXPECT_GT(found.p.value.value(), 0.01);
  EXPECT_NEAR(found.contrast.value.value(), 1, 0.2);
}

TEST(TileSeams, NeedsBordersWithinThePicture) {
  const auto frame = [](int) { return texture(0, 0); };
  const Result unknown = of({}, frame, 3);
  EXPECT_EQ(unknown.p.status, Status::kNotApplicable);
  EXPECT_FALSE(unknown.contrast.value);
  EXPECT_EQ(unknown.p.note, "no tile border is known");
  const Result outside = of(tiles({0, 1, 191, 192, -5}, {500}), frame, 3);
  EXPECT_EQ(outside.p.status, Status::kNotApplicable);
  EXPECT_EQ(outside.p.note, "no tile border lies far enough within the picture to be compared");
  EXPECT_EQ(of(kTiles, frame, 0).contrast.status, Status::kTooFewFrames);
  const auto tiny = [](int) { return cv::Mat(16, 16, CV_8UC3, cv::Scalar::all(9)); };
  EXPECT_EQ(of(tiles({8}, {8}), tiny, 3).p.status, Status::kNotApplicable);
}

}  // namespace
}  // namespace flowreel
