// HunyuanVideoTransformer3DModel against diffusers: after every block, and the velocity.
#include "models/dit/hunyuan_video.h"
#include "tests/models/golden.h"

namespace flowreel {
namespace {

constexpr const char* kFile = "transformer_blocks";

TransformerInput golden_input(const Golden& golden) {
  const at::Tensor mask = golden.tensor(kFile, "input.encoder_attention_mask");
  const int64_t valid = mask.sum().item<int64_t>();
  TransformerInput input;
  input.latents = golden.tensor(kFile, "input.hidden_states");
  input.timestep = golden.tensor(kFile, "input.timestep");
  input.text = golden.tensor(kFile, "input.encoder_hidden_states").narrow(1, 0, valid);
  input.pooled = golden.tensor(kFile, "input.pooled_projections");
  if (golden.has(kFile, "input.guidance")) input.guidance = golden.tensor(kFile, "input.guidance");
  return input;
}

using DitParity = GoldenTest;

TEST_P(DitParity, EveryBlock) {
  const auto transformer = golden_.model().load_transformer({at::kFloat, at::kCPU});
  int compared = 0;
  transformer->set_tap([&](const std::string& name, const at::Tensor& video,
                           const at::Tensor& text) {
    const bool at_end = name == "norm_out", at_start = name == "embed";
    const std::string video_key = at_start ? "x_embedder" : at_end ? name : name + ".video";
    const std::string text_key = at_start ? "context_embedder" : name + ".text";
    EXPECT_LE(relative_l2(video, golden_.tensor(kFile, video_key)), kVelocityBound) << video_key;
    if (!at_end) {
      EXPECT_LE(relative_l2(text, golden_.tensor(kFile, text_key)), kVelocityBound) << text_key;
    }
    ++compared;
  });
  const at::Tensor velocity = (*transformer)(golden_input(golden_));
  EXPECT_GE(compared, 4);
  EXPECT_CLOSE(velocity, golden_.tensor(kFile, "velocity"), kVelocityBound);
}

TEST_P(DitParity, SameWithAGraphRecorded) {
  const auto transformer = golden_.model().load_transformer({at::kFloat, at::kCPU});
  const TransformerInput input = golden_input(golden_);
  const at::Tensor without = (*transformer)(input);
  const at::AutoGradMode with_graph(true);
  EXPECT_CLOSE((*transformer)(input), without, kVelocityBound);
}

TEST_P(DitParity, OtherTypesStayNear) {
  const TransformerInput input = golden_input(golden_);
  const at::Tensor expected = golden_.tensor(kFile, "velocity");
  const auto bfloat16 = golden_.model().load_transformer({at::kBFloat16, at::kCPU});
  EXPECT_LE(relative_l2((*bfloat16)(input), expected), 0.05);
  const auto float16 = golden_.model().load_transformer({at::kHalf, at::kCPU});
  EXPECT_LE(relative_l2((*float16)(input), expected), 0.01);
}

TEST_P(DitParity, ABatchIsItsSamples) {
  const auto transformer = golden_.model().load_transformer({at::kFloat, at::kCPU});
  TransformerInput input = golden_input(golden_);
  const at::Tensor one = (*transformer)(input);
  for (at::Tensor* member : {&input.latents, &input.timestep, &input.text, &input.pooled}) {
    *member = at::cat({*member * 0.5, *member});
  }
  if (input.guidance.defined()) input.guidance = at::cat({input.guidance, input.guidance});
  EXPECT_CLOSE((*transformer)(input).narrow(0, 1, 1), one, kVelocityBound);
}

TEST_P(DitParity, PaddedTextsOfABatchDoNotMatter) {
  const auto transformer = golden_.model().load_transformer({at::kFloat, at::kCPU});
  TransformerInput input = golden_input(golden_);
  const at::Tensor one = (*transformer)(input);
  const int64_t valid = input.text.size(1), padded = valid + 3;
  const at::Tensor longer = at::randn({1, padded, input.text.size(2)});
  at::Tensor filled = longer.clone();  // padding is not zero: it must not be read at all
  filled.narrow(1, 0, valid).copy_(input.text);
  input.text = at::cat({longer, filled});
  input.text_mask = at::arange(padded).lt(at::tensor({padded, valid}).unsqueeze(1));
  for (at::Tensor* member : {&input.latents, &input.timestep, &input.pooled}) {
    *member = at::cat({*member, *member});
  }
  if (input.guidance.defined()) input.guidance = at::cat({input.guidance, input.guidance});
  EXPECT_CLOSE((*transformer)(input).narrow(0, 1, 1), one, kVelocityBound);
}

INSTANTIATE_TEST_SUITE_P(Golden, DitParity, ::testing::ValuesIn(golden_names()), golden_case_name);

TEST(HunyuanVideoTransformer, PublishedModelHasThePublishedParameters) {
  HunyuanVideoTransformer published{HunyuanVideoConfig{}};
  int64_t tensors = 0;
  published.visit([&tensors](const std::string&, Parameter&) { ++tensors; });
  EXPECT_EQ(published.parameter_count(), 12'821'012'544);
  EXPECT_EQ(tensors, 1264);
}

}  // namespace
}  // namespace flowreel
