// The networks of a pipeline under training: gradients reach everything, captions mean the same as
// in generation, and what is written opens again.
#include "errors/error.h"
#include "models/text/prompt_template.h"
#include "models/vae/tiling.h"
#include "pipeline/flow/noise.h"
#include "pipeline/train/caption_tokenizer.h"
#include "pipeline/train/model_writer.h"
#include "pipeline/train/parameters.h"
#include "pipeline/train/text_video.h"
#include "pipeline/train/vae_objective.h"
#include "tests/models/golden.h"
#include "tests/pipeline/train/toy_run.h"

namespace flowreel {
namespace {

struct Loaded {
  explicit Loaded(const ModelDirectory& model)
      : transformer(model.load_transformer({at::kFloat, at::kCPU})),
        llama(model.load_text_encoder({at::kFloat, at::kCPU})),
        clip(model.load_text_encoder_2({at::kFloat, at::kCPU})) {
    parts.transformer = transformer.get();
    parts.llama = llama.get();
    parts.clip = clip.get();
    parts.tokenizer = caption_tokenizer(model);
    parts.crop_start = hunyuan_video_prompt_template().crop_start;
    parts.guidance_scale = 6;
  }
  std::unique_ptr<VideoTransformer> transformer;
  std::unique_ptr<LlamaModel> llama;
  std::unique_ptr<ClipTextModel> clip;
  TextVideoParts parts;
};

at::Tensor latents_for(const Loaded& loaded, int64_t batch) {
  return philox_normal({batch, loaded.transformer->latent_channels(), 2, 4, 4}, 5);
}

class TrainedNetworks : public ::testing::TestWithParam<std::string> {
 protected:
  Golden golden_{GetParam()};
};

TEST_P(TrainedNetworks, ACaptionOfABatchIsThatCaptionAlone) {
  const at::NoGradGuard no_grad;
  const Loaded loaded(golden_.model());
  const BatchNetwork velocity = text_video_velocity(loaded.parts);
  const at::Tensor x = latents_for(loaded, 2), t = at::tensor({0.25f, 0.75f});
  const at::Tensor both = velocity(x, t, {"a cat", "a much longer caption about a very small dog"});
  const at::Tensor one = velocity(x.narrow(0, 0, 1), t.narrow(0, 0, 1), {"a cat"});
  EXPECT_CLOSE(both.narrow(0, 0, 1), one, kVelocityBound);
}

TEST_P(TrainedNetworks, GradientsReachEveryParameter) {
  const Loaded loaded(golden_.model());
  NamedParameters parameters;
  append_trainable(parameters, *loaded.transformer, "transformer.");
  append_trainable(parameters, *loaded.llama, "text_encoder.");
  append_trainable(parameters, *loaded.clip, "text_encoder_2.");
  const at::Tensor x = latents_for(loaded, 2);
  text_video_velocity(loaded.parts)(x, at::tensor({0.25f, 0.75f}), {"a cat", "two small dogs"})
      .square()
      .mean()
      .backward();
  for (const auto& [name, parameter] : parameters) {
    ASSERT_TRUE(parameter->value.grad().defined()) << name;
    EXPECT_GT(parameter->value.grad().abs().max().item<double>(), 0) << name;
  }
}

TEST_P(TrainedNetworks, WhatIsWrittenIsWhatWasTrained) {
  const at::NoGradGuard no_grad;
  const RunFolder folder;
  const Loaded loaded(golden_.model());
  TrainedParts parts;
  parts.transformer = loaded.transformer.get();
  parts.llama = loaded.llama.get();
  parts.clip = loaded.clip.get();
  parts.scaling_factor = 0.75;
  write_model(golden_.model().path(), folder / "model", parts, at::kFloat);
  const ModelDirectory written(folder / "model");
  for (const char* part : {"transformer", "vae", "text_encoder", "text_encoder_2"})
    written.check(part);
  EXPECT_EQ(written.vae_config().scaling_factor, 0.75);
  const Loaded again(written);
  const at::Tensor x = latents_for(loaded, 1), t = at::tensor({0.5f});
  EXPECT_TRUE(at::equal(text_video_velocity(again.parts)(x, t, {"a cat"}),
                        text_video_velocity(loaded.parts)(x, t, {"a cat"})));
  EXPECT_THROW(write_model(golden_.model().path(), folder / "model", parts, at::kFloat),
               OutputError);
}

TEST_P(TrainedNetworks, TheAutoencoderLearnsAClip) {
  const auto vae = golden_.model().load_vae(HunyuanVae::Part::kBoth, {at::kFloat, at::kCPU});
  NamedParameters parameters;
  append_trainable(parameters, *vae, "vae.");
  std::vector<Parameter*> plain;
  for (const auto& [name, parameter] : parameters) plain.push_back(parameter);
  AdamW optimizer(plain, {});
  const Objective objective = vae_objective(*vae, {});
  const at::Tensor ramp = at::linspace(-1, 1, 16);
  const Batch batch{(ramp.view({1, 1, 1, 1, 16}) * ramp.view({1, 1, 1, 16, 1}))
                        .expand({1, 3, 5, 16, 16})
                        .contiguous(),
                    {}};
  double first = 0, last = 0;
  for (uint32_t step = 0; step < 30; ++step) {
    optimizer.zero_grad();
    const Loss loss = objective(batch, Draw{1, step});
    loss.total.backward();
    optimizer.step(3e-3);
    (step == 0 ? first : last) = loss.total.item<double>();
  }
  EXPECT_LT(last, 0.7 * first);
  for (const auto& [name, parameter] : parameters)
    EXPECT_TRUE(parameter->value.grad().defined()) << name;
}

INSTANTIATE_TEST_SUITE_P(Golden, TrainedNetworks, ::testing::ValuesIn(golden_names()),
                         golden_case_name);

TEST(GradientDifference, SeesWhatAMeanDoesNot) {
  const at::Tensor flat = at::zeros({1, 3, 5, 8, 8});
  EXPECT_EQ(gradient_difference(flat, flat + 0.5, 3).item<double>(), 0);
  at::Tensor flicker = flat.clone();
  flicker.select(2, 2).fill_(1);  // two of the four differences in time are 1, none in space
  EXPECT_NEAR(gradient_difference(flat, flicker, 1).item<double>(), 0.5 / 3, 1e-6);
}

}  // namespace
}  // namespace flowreel
