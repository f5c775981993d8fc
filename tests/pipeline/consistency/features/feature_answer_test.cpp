#include "pipeline/consistency/features/feature_answer.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "errors/error.h"
#include "tests/pipeline/consistency/features/test_networks.h"
#include "tests/pipeline/consistency/test_clips.h"
#include "tests/pipeline/consistency/test_results.h"

namespace flowreel {
namespace {

using Inputs = std::vector<at::Tensor>;

const cv::Mat kFrame = test::flat(255, 0, 102);

FeatureNetwork answering(const at::Tensor& answer) {
  return [answer](const Inputs&) { return answer; };
}

std::string complaint(FeatureRole role, const FeatureNetwork& network) {
  const auto model = test::model_of(role, network, test::plain(8));
  return test::text_of<DataError>([&] {
    if (role == FeatureRole::kRaft)
      padded_flow(*model, kFrame, kFrame);
    else if (role == FeatureRole::kLpips)
      distance_of(*model, kFrame, kFrame);
    else
      feature_of(*model, kFrame);
  });
}

TEST(FeatureOf, IsTheAnswerOfLengthOne) {
  const auto model = test::model_of(FeatureRole::kDino, test::first_pixel, test::plain(8));
  const Feature feature = feature_of(*model, kFrame);
  ASSERT_EQ(feature->size(), 3u);
  EXPECT_NEAR((*feature)[0], 1 / std::sqrt(1.16), 1e-7);
  EXPECT_EQ((*feature)[1], 0);
  EXPECT_NEAR((*feature)[2], 0.4 / std::sqrt(1.16), 1e-7);
  EXPECT_NEAR(cosine(feature, feature), 1, 1e-15);
  EXPECT_LE(cosine(feature, feature), 1);
}

TEST(FeatureOf, AFeatureOfZerosIsLikeNothing) {
  const auto model =
      test::model_of(FeatureRole::kDino, answering(at::zeros({1, 4})), test::plain(8));
  const Feature feature = feature_of(*model, kFrame);
  EXPECT_EQ(cosine(feature, feature), 0);
}

TEST(FeatureOf, OtherKindsOfNumbersWillDo) {
  const auto model =
      test::model_of(FeatureRole::kClip, answering(at::full({1, 4}, 2, at::kHalf)), test::plain(8));
  EXPECT_EQ((*feature_of(*model, kFrame))[3], 0.5);
}

// Flow is asked for of frames padded to a multiple of 8 by their edges: 5 across, 3 down.
TEST(FlowOf, PadsAndTakesThePaddingOff) {
  cv::Mat frame(61, 91, CV_8UC3, cv::Scalar::all(9));
  frame.col(0).setTo(cv::Scalar::all(200));
  frame.row(60).setTo(cv::Scalar::all(77));
  Inputs seen;
  const auto model = test::model_of(FeatureRole::kRaft, [&](const Inputs& inputs) {
    seen = inputs;
    at::Tensor flow = at::zeros({1, 2, 64, 96});
    for (int64_t x = 0; x < 96; ++x) flow.select(3, x).select(1, 0).fill_(static_cast<double>(x));
    for (int64_t y = 0; y < 64; ++y) flow.select(2, y).select(1, 1).fill_(static_cast<double>(-y));
    return flow;
  });
  const cv::Mat padded = padded_flow(*model, frame, frame), flow = flow_of(*model, frame, frame);
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].sizes().vec(), (std::vector<int64_t>{1, 3, 64, 96}));
  EXPECT_EQ(seen[0][0][0][30][0].item<float>(), 200);
  EXPECT_EQ(seen[0][0][0][30][2].item<float>(), 200);
  EXPECT_EQ(seen[0][0][0][30][3].item<float>(), 9);
  EXPECT_EQ(seen[1][0][2][63][50].item<float>(), 77);
  EXPECT_EQ(seen[1][0][2][62][50].item<float>(), 77);
  EXPECT_EQ(seen[1][0][2][61][50].item<float>(), 77);
  EXPECT_EQ(seen[1][0][2][60][50].item<float>(), 9);
  EXPECT_EQ(padded.size(), cv::Size(96, 64));
  EXPECT_EQ(padded.at<cv::Vec2f>(63, 95), cv::Vec2f(95, -63));
  EXPECT_EQ(flow.size(), cv::Size(91, 61));
  EXPECT_EQ(flow.at<cv::Vec2f>(0, 0), cv::Vec2f(2, -1));
  EXPECT_EQ(flow.at<cv::Vec2f>(60, 90), cv::Vec2f(92, -61));
}

TEST(DistanceOf, ShowsFramesFromMinusOneToOne) {
  const auto model = test::model_of(FeatureRole::kLpips, [](const Inputs& inputs) {
    return (inputs[0] * 2 - inputs[1]).mean({2, 3}).slice(1, 0, 1).reshape({1, 1, 1, 1});
  });
  // Red is 1 in one and -1 in the other.
  EXPECT_NEAR(distance_of(*model, kFrame, test::flat(0, 0, 0)), 3, 1e-6);
}

TEST(Answers, OfAnotherShapeAreRefused) {
  EXPECT_EQ(complaint(FeatureRole::kDino, answering(at::ones({1, 3, 2}))),
            "network \"networks/dino.pt\" (dino) answers with [1,3,2] for [1,3,8,12], expected "
            "[1,D]");
  EXPECT_NE(complaint(FeatureRole::kClip, answering(at::ones({2, 3}))), "");
  EXPECT_NE(complaint(FeatureRole::kClip, answering(at::ones({1, 0}))), "");
  EXPECT_NE(complaint(FeatureRole::kDino, answering({})), "");
  EXPECT_NE(complaint(FeatureRole::kDino, answering(at::ones({1, 3}, at::kComplexFloat))), "");
  EXPECT_EQ(complaint(FeatureRole::kRaft, answering(at::ones({1, 2, 16, 24}))),
            "network \"networks/raft.pt\" (raft) answers with [1,2,16,24] for [1,3,128,192], "
            "expected [1,2,128,192]");
  EXPECT_NE(complaint(FeatureRole::kRaft, answering(at::ones({1, 1, 128, 192}))), "");
  EXPECT_NE(complaint(FeatureRole::kLpips, answering(at::ones({2}))), "");
}

TEST(Answers, ThatAreNoNumbersAreRefused) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(complaint(FeatureRole::kDino, answering(at::full({1, 3}, nan))),
            "network \"networks/dino.pt\" (dino) answers with a value that is not finite for "
            "[1,3,8,12]");
  EXPECT_NE(complaint(FeatureRole::kRaft, answering(at::full({1, 2, 128, 192}, INFINITY))), "");
  EXPECT_NE(complaint(FeatureRole::kLpips, answering(at::full({1}, nan))), "");
  EXPECT_NE(complaint(FeatureRole::kLpips, answering(at::full({1}, -0.5))).find("-0.5"),
            std::string::npos);
}

TEST(Answers, FailuresNameTheNetwork) {
  EXPECT_EQ(complaint(FeatureRole::kLpips,
                      [](const Inputs&) -> at::Tensor { throw std::runtime_error("no idea"); }),
            "network \"networks/lpips.pt\" (lpips) fails for [1,3,128,192]: no idea");
}

}  // namespace
}  // namespace flowreel
