#include "pipeline/consistency/features/raft_meters.h"

#include <gtest/gtest.h>

#include <cmath>

#include "pipeline/consistency/meters/warping.h"
#include "tests/pipeline/consistency/features/test_networks.h"
#include "tests/pipeline/consistency/test_clips.h"

namespace flowreel {
namespace {

using namespace test;
using Inputs = std::vector<at::Tensor>;

// Where the shorter side is 128.
constexpr double kLimit = 3;

// `fast` of the pixels move by `speed`, the others not at all; how often it was asked.
struct PartlyMoving {
  double speed, fast;
  std::shared_ptr<int> asked = std::make_shared<int>(0);

  at::Tensor operator()(const Inputs& inputs) const {
    ++*asked;
    const int64_t height = inputs[0].size(2), width = inputs[0].size(3);
    at::Tensor flow = at::zeros({1, 2, height * width});
    const auto moving = std::llround(std::ceil(fast * static_cast<double>(height * width)));
    flow.select(1, 1).slice(1, 0, moving).fill_(-speed);
    return flow.view({1, 2, height, width});
  }
};

Clip frames(int count) {
  return clip_of(count, [](int i) { return texture(i, 0); });
}

Measurement dynamic(const FeatureNetwork& network, const Clip& clip, double fps = 8) {
  ClipFacts facts;
  facts.fps = fps;
  return measured(raft_dynamic_degree(model_of(FeatureRole::kRaft, network)), clip,
                  "dynamic_degree", facts);
}

TEST(DynamicDegree, LooksAtTheFastestTwentieth) {
  const Measurement all = dynamic(PartlyMoving{3.1, 0.05}, frames(8));
  EXPECT_EQ(all.value, 1);
  EXPECT_EQ(all.samples, 7);
  EXPECT_NEAR(all.series[3], 3.1 / kLimit, 1e-3);
  // Half of that twentieth stands still.
  const Measurement half = dynamic(PartlyMoving{5.9, 0.025}, frames(8));
  EXPECT_EQ(half.value, 0);
  EXPECT_EQ(half.status, Status::kOk);
  EXPECT_NEAR(half.series[3], 2.95 / kLimit, 1e-2);
  EXPECT_EQ(dynamic(PartlyMoving{3, 1}, frames(8)).value, 0) << "the limit itself is not above it";
}

// Of 24 frames a second every third is looked at: 5 of 13, and with 4 · 5 / 16 = 1.25 one pair is
// enough.
TEST(DynamicDegree, LooksEightTimesASecond) {
  const PartlyMoving network{9, 1};
  const Measurement m = dynamic(network, frames(13), 24);
  EXPECT_EQ(m.value, 1);
  EXPECT_EQ(m.samples, 4);
  EXPECT_EQ(*network.asked, 4);
  EXPECT_TRUE(std::isnan(m.series[1]));
  EXPECT_FALSE(std::isnan(m.series[3]));
}

// 4 · 10 / 16 = 2.5, to even: two pairs, which is not three.
TEST(DynamicDegree, NeedsRoundedPairs) {
  for (const int fast : {1, 2}) {
    int pair = 0;
    const auto network = [&](const Inputs& inputs) {
      return PartlyMoving{pair++ < fast ? 9.0 : 0.0, 1}(inputs);
    };
    EXPECT_EQ(dynamic(network, frames(10)).value, fast == 2 ? 1 : 0) << fast;
  }
}

// VBench calls every clip of two frames dynamic.
TEST(DynamicDegree, NeedsThreeFrames) {
  for (const int count : {0, 1, 2})
    EXPECT_EQ(dynamic(PartlyMoving{9, 1}, frames(count)).status, Status::kTooFewFrames) << count;
  EXPECT_EQ(dynamic(PartlyMoving{9, 1}, frames(3)).value, 1);
}

TEST(DynamicDegree, HasPairsAcrossCutsAndStillClips) {
  Clip clip = frames(6);
  for (int i = 0; i < 6; ++i) clip.push_back(flat(255, 0, 0));
  EXPECT_EQ(dynamic(PartlyMoving{9, 1}, clip).samples, 11);
  const Measurement still =
      dynamic(PartlyMoving{0, 1}, clip_of(6, [](int) { return texture(0, 0); }));
  EXPECT_EQ(still.status, Status::kOk);
  EXPECT_EQ(still.value, 0);
}

// Content moves by (-2, -1) a frame; which way round the frames are asked for is told by their
// mean.
at::Tensor known_motion(const Inputs& inputs) {
  const bool onward = inputs[0].mean().item<float>() < inputs[1].mean().item<float>();
  at::Tensor flow = at::empty({1, 2, inputs[0].size(2), inputs[0].size(3)});
  flow.select(1, 0).fill_(onward ? -2 : 2);
  flow.select(1, 1).fill_(onward ? -1 : 1);
  return flow;
}

Measurement warped(const FeatureNetwork& network, const Clip& clip) {
  return measured(raft_warping_error(model_of(FeatureRole::kRaft, network)), clip,
                  "warping_error_raft");
}

// A pan that grows brighter by ten levels a frame: nothing but that is left.
TEST(RaftWarpingError, IsWhatTheMotionLeaves) {
  Clip pan;
  cv::RNG random(5);
  cv::Mat wide(kHeight + 8, kWidth + 8, CV_8UC3);
  random.fill(wide, cv::RNG::UNIFORM, 20, 200);
  for (int t = 0; t < 4; ++t)
    pan.push_back(wide(cv::Rect(2 * t, t, kWidth, kHeight)) + cv::Scalar::all(10 * t));
  const Measurement m = warped(known_motion, pan);
  EXPECT_NEAR(*m.value, 100.0 / (255 * 255), 1e-7);
  EXPECT_EQ(m.samples, 3);
  // Two columns and a row leave the frame.
  EXPECT_NEAR(m.coverage, (kWidth - 2.0) * (kHeight - 1) / (kWidth * kHeight), 1e-9);
  EXPECT_EQ(std::string(m.definition->name), "warping_error_raft");
  EXPECT_EQ(warped(known_motion, {pan[0]}).status, Status::kTooFewFrames);
}

// The same flow gives what warping_error gives.
TEST(RaftWarpingError, IsWarpingErrorByAnotherFlow) {
  const Clip clip = clip_of(5, [](int i) { return texture(2 * i, i, 3 * (i % 2)); });
  const auto as_dis = [](const Inputs& inputs) {
    std::vector<cv::Mat> grey;
    for (const at::Tensor& input : inputs) {
      const at::Tensor pixels = input[0].permute({1, 2, 0}).to(at::kByte).contiguous();
      const cv::Mat rgb(kHeight, kWidth, CV_8UC3, pixels.data_ptr());
      grey.push_back(Picture(rgb).small_grey().clone());
    }
    const cv::Mat flow = optical_flow(grey[0], grey[1]);
    return at::from_blob(flow.data, {kHeight, kWidth, 2}, at::kFloat)
        .permute({2, 0, 1})
        .unsqueeze(0)
        .clone();
  };
  const Measurement by_raft = warped(as_dis, clip),
                    by_dis = measured(warping(), clip, "warping_error");
  EXPECT_EQ(*by_raft.value, *by_dis.value);
  EXPECT_EQ(by_raft.coverage, by_dis.coverage);
}

// Motion is measured at the working size: frames of 720 lines are halved.
TEST(RaftWarpingError, IsAtTheWorkingSize) {
  std::vector<int64_t> seen;
  const auto network = [&](const Inputs& inputs) {
    seen = inputs[0].sizes().vec();
    return at::zeros({1, 2, seen[2], seen[3]});
  };
  warped(network,
         clip_of(2, [](int i) { return cv::Mat(720, 1280, CV_8UC3, cv::Scalar::all(i)); }));
  EXPECT_EQ(seen, (std::vector<int64_t>{1, 3, 360, 640}));
}

}  // namespace
}  // namespace flowreel
