// The networks of a pipeline under training: gradients reach everything, captions mean the same as
// in generation, and what is written opens again.
#include "pipeline/train/text_video.h"

#include "errors/error.h"
#include "models/text/prompt_template.h"
#include "models/weights/config.h"
#include "pipeline/flow/noise.h"
#include "pipeline/train/caption_tokenizer.h"
#include "pipeline/train/model_writer.h"
#include "pipeline/train/parameters.h"
#include "pipeline/train/plan_checks.h"
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

TEST_P(TrainedNetworks, TheFieldIsTheNetworkUnderOneTimeGuidedOrNot) {
  const Loaded loaded(golden_.model());
  const std::vector<std::string> captions = {"a cat", "a very small dog"};
  const at::Tensor x = latents_for(loaded, 2);
  const BatchNetwork network = text_video_velocity(loaded.parts);
  const auto velocity = [&](const std::vector<std::string>& of) {
    return network(x, at::full({2}, 0.25), of);
  };
  const at::Tensor plain = text_video_field(loaded.parts, captions, at::kCPU)(x, 0.25);
  EXPECT_FALSE(plain.requires_grad());
  EXPECT_CLOSE(plain, velocity(captions), kVelocityBound);
  const at::Tensor away = velocity({"", ""});
  EXPECT_CLOSE(text_video_field(loaded.parts, captions, at::kCPU, 3)(x, 0.25),
               away + 3 * (velocity(captions) - away), 3 * kVelocityBound);
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

TEST_P(TrainedNetworks, ANoiseIsWhatTheNetworkSaysOneStepBefore) {
  const at::NoGradGuard no_grad;
  const Loaded loaded(golden_.model());
  const at::Tensor x = latents_for(loaded, 1);
  // Step n = 251 is diffusers' timestep 250, which a velocity is asked for at t = 0.75.
  const at::Tensor noise = text_video_noise(loaded.parts)(x, at::tensor({0.749f}), {"a cat"});
  const at::Tensor velocity = text_video_velocity(loaded.parts)(x, at::tensor({0.75f}), {"a cat"});
  EXPECT_CLOSE(noise, -velocity, 2e-5);  // 0.749 in float32 is 4e-5 steps off
}

TEST_P(TrainedNetworks, AModelThatPredictsNoiseSaysSo) {
  const RunFolder folder;
  TrainedParts parts;
  parts.betas = BetaLaw::kCosine;
  write_model(golden_.model().path(), folder / "model", parts, at::kFloat);
  const ModelDirectory written(folder / "model");
  EXPECT_FALSE(golden_.model().predicts_noise());
  EXPECT_TRUE(written.predicts_noise());
  const ModelConfig scheduler = written.scheduler_config();
  EXPECT_EQ(scheduler.require_string("_class_name"), "DDIMScheduler");
  EXPECT_EQ(scheduler.require_string("beta_schedule"), "squaredcos_cap_v2");
  EXPECT_EQ(scheduler.require_string("prediction_type"), "epsilon");
}

TEST_P(TrainedNetworks, WeightsGoOnOnlyToWhatTheyPredict) {
  const RunFolder folder;
  TrainedParts parts;
  parts.betas = BetaLaw::kCosine;
  write_model(golden_.model().path(), folder / "noise", parts, at::kFloat);
  const ModelDirectory noise(folder / "noise");
  TrainingPlan plan;
  EXPECT_NO_THROW(check_prediction(plan, golden_.model()));
  EXPECT_THROW(check_prediction(plan, noise), DataError);
  plan.goal = TrainingGoal::kDdpm;
  EXPECT_THROW(check_prediction(plan, golden_.model()), DataError);
  EXPECT_THROW(check_prediction(plan, noise), DataError);  // linear, after cosine
  plan.ddpm.schedule = BetaSchedule(BetaLaw::kCosine);
  EXPECT_NO_THROW(check_prediction(plan, noise));
  plan.ddpm.schedule = BetaSchedule(BetaLaw::kLinear);
  plan.fresh = true;
  EXPECT_NO_THROW(check_prediction(plan, noise));
  EXPECT_NO_THROW(check_prediction(plan, golden_.model()));
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

INSTANTIATE_TEST_SUITE_P(Golden, TrainedNetworks, ::testing::ValuesIn(golden_names()),
                         golden_case_name);

}  // namespace
}  // namespace flowreel
