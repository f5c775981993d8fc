// Real archives, which tools/make_feature_models.py made.
#include "pipeline/consistency/features/torchscript/torchscript_network.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <thread>

#include "errors/error.h"
#include "tests/pipeline/consistency/test_results.h"

namespace flowreel {
namespace {

std::vector<uint8_t> bytes_of(const std::string& name) {
  std::ifstream file(FLOWREEL_TEST_DATA "/features/" + name, std::ios::binary);
  if (!file) throw std::runtime_error(name + " cannot be read");
  return {std::istreambuf_iterator<char>(file), {}};
}

FeatureNetwork network(const std::string& name) { return torchscript_loader()(bytes_of(name)); }

std::string refusal(const std::vector<uint8_t>& bytes) {
  return test::text_of<DataError>([&] { torchscript_loader()(bytes); });
}

TEST(TorchscriptNetwork, RunsWhatItIsGiven) {
  const FeatureNetwork distance = network("lpips.pt");
  const at::Tensor answer = distance({at::zeros({1, 3, 5, 7}), at::ones({1, 3, 5, 7}) * 0.5});
  EXPECT_EQ(answer.sizes().vec(), (std::vector<int64_t>{1, 1, 1, 1}));
  EXPECT_NEAR(answer.item<float>(), 0.5, 1e-6);
  EXPECT_TRUE(answer.is_inference());
  EXPECT_FALSE(answer.requires_grad());
}

TEST(TorchscriptNetwork, TakesFramesOfAnySize) {
  const FeatureNetwork flow = network("raft.pt");
  for (const int64_t width : {64, 96}) {
    const at::Tensor frame = at::rand({1, 3, 48, width});
    EXPECT_EQ(flow({frame, frame}).sizes().vec(), (std::vector<int64_t>{1, 2, 48, width}));
  }
}

// The optimiser that would rewrite the program after a few runs is off.
TEST(TorchscriptNetwork, AnswersTheSameEveryTimeAndFromEveryThread) {
  const FeatureNetwork embedding = network("dino.pt");
  const at::Tensor frame = at::rand({1, 3, 56, 70});
  const at::Tensor first = embedding({frame});
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(at::equal(embedding({frame}), first));
  std::vector<at::Tensor> answers(4);
  std::vector<std::jthread> threads;
  for (at::Tensor& answer : answers) threads.emplace_back([&] { answer = embedding({frame}); });
  threads.clear();
  for (const at::Tensor& answer : answers) EXPECT_TRUE(at::allclose(answer, first, 0, 1e-6));
}

TEST(TorchscriptNetwork, WhatIsNoArchiveIsRefusedInOneLine) {
  const std::string prose = "this is no archive";
  std::vector<uint8_t> cut = bytes_of("dino.pt");
  cut.resize(cut.size() / 2);
  for (const std::vector<uint8_t>& bytes :
       {std::vector<uint8_t>{}, std::vector<uint8_t>(prose.begin(), prose.end()), cut,
        bytes_of("golden.json")}) {
    const std::string text = refusal(bytes);
    EXPECT_EQ(text.find("expected a TorchScript archive; LibTorch says \""), 0u) << text;
    EXPECT_EQ(text.find('\n'), std::string::npos);
    EXPECT_LT(text.size(), 400u);
  }
}

TEST(TorchscriptNetwork, AProgramThatFailsSaysWhyInOneLine) {
  const FeatureNetwork fails = network("fails.pt");
  const std::string text = test::text_of<DataError>([&] { fails({at::zeros({1, 3, 8, 8})}); });
  EXPECT_NE(text.find("seven frames or none"), std::string::npos) << text;
  EXPECT_EQ(text.find('\n'), std::string::npos);
  // As many inputs as the program takes, and of a shape that its operators take.
  EXPECT_THROW(network("lpips.pt")({at::zeros({1, 3, 8, 8})}), DataError);
  const std::string shape = test::text_of<DataError>(
      [] { network("lpips.pt")({at::zeros({1, 3, 8, 8}), at::zeros({1, 3, 9, 9})}); });
  EXPECT_NE(shape.find("size"), std::string::npos) << shape;
}

TEST(TorchscriptNetwork, APairOfTensorsIsNoAnswer) {
  const FeatureNetwork pair = network("pair.pt");
  EXPECT_EQ(test::text_of<DataError>([&] { pair({at::zeros({1, 3, 8, 8})}); }),
            "it answers with a Tuple, expected a tensor");
}

}  // namespace
}  // namespace flowreel
