#include "pipeline/generate/memory_budget.h"

#include "tests/pipeline/generate/run.h"

namespace flowreel {
namespace {

class MemoryBudgetTest : public ::testing::Test {
 protected:
  MemoryBudgetTest() { record_.size = {32, 16, 9, 24}; }
  std::vector<std::string> stages() const {
    std::vector<std::string> names;
    for (const StageNeed& need : stage_needs(ModelDirectory(options_.model), options_, record_))
      names.push_back(need.stage);
    return names;
  }

  ScratchFolder folder_;
  GenerateOptions options_ = quick_options(folder_ / "clip.mp4");
  RunRecord record_;
};

TEST_F(MemoryBudgetTest, OnlyTheStagesThatRunCount) {
  EXPECT_EQ(stages(), (std::vector<std::string>{"text", "sample", "decode"}));
  options_.input = "in.mp4";
  EXPECT_EQ(stages(), (std::vector<std::string>{"text", "encode", "sample", "decode"}));
  options_.input.clear();
  options_.from_latents = "z.safetensors";
  EXPECT_EQ(stages(), std::vector<std::string>{"decode"});
}

TEST_F(MemoryBudgetTest, TheInputIsThereFromTheBeginning) {
  const ModelDirectory model(options_.model);
  const uint64_t without = stage_needs(model, options_, record_)[0].work;
  options_.input = "in.mp4";
  EXPECT_EQ(stage_needs(model, options_, record_)[0].work, without + 32 * 16 * 9 * 3);
}

TEST_F(MemoryBudgetTest, TheLargestStageDecides) {
  const std::vector<StageNeed> needs{{"text", 10, 1}, {"sample", 5, 7}, {"decode", 1, 2}};
  EXPECT_EQ(run_bytes(needs, at::Device(at::kCUDA, 0)), 12u);
  EXPECT_GT(run_bytes(needs, at::kCPU), 100u << 20) << "with the program's libraries";
}

TEST_F(MemoryBudgetTest, HalfTheBytesInHalfTheType) {
  const ModelDirectory model(options_.model);
  const auto whole = stage_needs(model, options_, record_);
  record_.plan.transformer = at::kBFloat16;
  const auto half = stage_needs(model, options_, record_);
  EXPECT_EQ(half[1].weights * 2, whole[1].weights);
  EXPECT_EQ(half[2].weights, whole[2].weights) << "the VAE has a type of its own";
}

TEST_F(MemoryBudgetTest, ARunBeyondTheBudgetIsRefusedBeforeItBegins) {
  options_.compute.max_memory_gib = 0.125;
  Events events;
  events.progress = [](const Progress& p) { ADD_FAILURE() << "began with " << p.stage; };
  const std::string text = error_text<MemoryError>([&] { generate(options_, events); });
  expect_contains(text, {"needs about", "MiB", "--max-memory allows 128 MiB", "--max-memory 0"});
  EXPECT_TRUE(folder_.listing().empty());
}

TEST_F(MemoryBudgetTest, WhatTheMachineHasIsTheBudgetUnlessOneIsGiven) {
  options_.size = {16384, 16384, 17, std::nullopt};
  const std::string text = error_text<MemoryError>([&] { generate(options_, {}); });
  expect_contains(text, {"stage \"decode\"", "of weights", "GiB can be had", "--vae-tiling on"});
}

TEST_F(MemoryBudgetTest, ZeroMeansNoCheck) {
  const std::vector<StageNeed> huge{{"sample", uint64_t{1} << 60, 0}};
  ComputeOptions compute;
  EXPECT_THROW(check_memory(huge, compute, at::kCPU), MemoryError);
  compute.max_memory_gib = 0;
  EXPECT_NO_THROW(check_memory(huge, compute, at::kCPU));
}

TEST_F(MemoryBudgetTest, BudgetsThatAreNone) {
  for (double gib : {-1.0, 1e7, std::numeric_limits<double>::quiet_NaN()}) {
    options_.compute.max_memory_gib = gib;
    expect_contains(error_text<UsageError>([&] { generate(options_, {}); }), {"--max-memory is"});
  }
}

TEST_F(MemoryBudgetTest, AReconstructionHoldsBothHalves) {
  ReconstructOptions reconstruct;
  const ModelDirectory model(options_.model);
  const auto both = stage_needs(model, reconstruct, record_);
  options_.input = "in.mp4";
  const auto apart = stage_needs(model, options_, record_);
  ASSERT_EQ(both.size(), 2u);
  EXPECT_EQ(both[0].weights, both[1].weights);
  EXPECT_EQ(both[0].weights, apart[1].weights + apart[3].weights);
}

}  // namespace
}  // namespace flowreel
