#include "pipeline/generate/diffusion_config.h"

#include "pipeline/flow/noise.h"
#include "pipeline/flow/solver.h"
#include "pipeline/generate/sample.h"
#include "pipeline/generate/schedule_config.h"
#include "tests/pipeline/generate/run.h"

namespace flowreel {
namespace {

BetaSchedule schedule_of(const std::string& config) {
  return beta_schedule(ModelConfig::from_text(config, "scheduler_config.json"));
}

TEST(DiffusionConfig, ReadsTheTwoLaws) {
  const BetaSchedule linear = schedule_of(R"({"clip_sample": false})");
  EXPECT_EQ(linear.law(), BetaLaw::kLinear);
  EXPECT_EQ(linear.steps(), 1000);
  const BetaSchedule cosine =
      schedule_of(R"({"clip_sample": false, "beta_schedule": "squaredcos_cap_v2"})");
  EXPECT_EQ(cosine.law(), BetaLaw::kCosine);
}

TEST(DiffusionConfig, RefusesWhatWouldChangeTheSamples) {
  for (const auto& [key, value] :
       std::map<std::string, std::string>{{"clip_sample", "true"},
                                          {"thresholding", "true"},
                                          {"rescale_betas_zero_snr", "true"},
                                          {"set_alpha_to_one", "false"},
                                          {"steps_offset", "1"},
                                          {"num_train_timesteps", "500"},
                                          {"prediction_type", "\"v_prediction\""},
                                          {"timestep_spacing", "\"trailing\""},
                                          {"beta_schedule", "\"scaled_linear\""},
                                          {"beta_end", "0.012"},
                                          {"trained_betas", "[0.1]"}}) {
    const std::string end = key == "clip_sample" ? "}" : ", \"clip_sample\": false}";
    const std::string text = "{\"" + key + "\": " + value + end;
    expect_contains(error_text<DataError>([&] { schedule_of(text); }),
                    {"scheduler_config.json", key, "expected"});
  }
  EXPECT_THROW(schedule_of("{}"), DataError);  // diffusers clips by default
}

class DiffusionModel : public ::testing::Test {
 protected:
  DiffusionModel() : folder_(), model_(folder_ / "model") {
    copy_model(golden_.model().path(), model_);
    edit_json(model_ + "/model_index.json", "/scheduler/1", "\"DDIMScheduler\"");
    edit_json(model_ + "/scheduler/scheduler_config.json", "/clip_sample", "false");
  }

  SamplingTimes times(const SamplingOptions& sampling) const {
    return sampling_times(ModelDirectory(model_), sampling, {}, {1, 4, 2, 2, 4});
  }

  ScratchFolder folder_;
  Golden golden_{"tiny"};
  std::string model_;
};

TEST_F(DiffusionModel, TakesDiffusionsOwnSolversAlone) {
  for (const Solver& solver : solvers()) {
    SamplingOptions sampling;
    sampling.solver = solver.name;
    const std::string name = solver.name;
    const bool between = solver.evaluations != 1 || solver.first_evaluations > 1;
    if (!between) {
      EXPECT_TRUE(times(sampling).diffusion) << name;
    } else {
      expect_contains(error_text<UsageError>([&] { times(sampling); }),
                      {"--solver is " + name, "noise", "ddim, ddpm, ab2"});
    }
  }
  SamplingOptions shifted, sigmas, many;
  shifted.flow_shift = 7;
  sigmas.sigmas = {1, 0.5};
  many.steps = 1001;
  expect_contains(error_text<UsageError>([&] { times(shifted); }), {"--flow-shift"});
  expect_contains(error_text<UsageError>([&] { times(sigmas); }), {"--sigmas"});
  EXPECT_THROW(times(many), UsageError);
}

TEST_F(DiffusionModel, HasNoFirstFrame) {
  GenerateOptions options = quick_options(folder_ / "o.mp4");
  options.model = model_;
  options.first_frame = "frame.png";
  expect_contains(error_text<UsageError>([&] { generate(options, {}); }),
                  {"--first-frame", "noise"});
}

// diffusers' loop: latents x, timesteps k, DDIMScheduler.step.
TEST_F(DiffusionModel, IsSampledAsDiffusersSamplesIt) {
  const at::NoGradGuard no_grad;
  const auto transformer = golden_.model().load_transformer({at::kFloat, at::kCPU});
  const TextEmbedding text{philox_normal({1, 3, transformer->text_width()}, 1),
                           philox_normal({1, transformer->pooled_width()}, 2)};
  const std::vector<int64_t> shape{1, transformer->latent_channels(), 2, 4, 4};
  const at::Tensor noise = philox_normal(shape, 3);
  constexpr int kSteps = 5;
  SamplingOptions sampling;
  sampling.steps = kSteps;
  const SamplingTimes path = times(sampling);

  at::Tensor x = noise;
  for (int i = kSteps - 1; i >= 0; --i) {
    const int k = i * 200;
    const double a = path.diffusion->alpha_bar(k + 1);
    const double b = i > 0 ? path.diffusion->alpha_bar(k - 199) : 1;
    const at::Tensor step = at::full({1}, k, at::kFloat), guidance = at::full({1}, 6000.0f);
    const at::Tensor epsilon = (*transformer)({x, step, text.tokens, text.pooled, guidance});
    const at::Tensor x_1 = (x - std::sqrt(1 - a) * epsilon) / std::sqrt(a);
    x = std::sqrt(b) * x_1 + std::sqrt(1 - b) * epsilon;
  }

  const ComputePlan plan = plan_compute({"cpu", "float32", 1, {}, {}});
  const NetworkOptions network{6, path.diffusion};
  const Velocity velocity = transformer_velocity(*transformer, text, plan, network);
  for (const char* solver : {"ddim", "euler"}) {
    const at::Tensor ours =
        find_solver(solver).solve(velocity, starting_point(noise, path), path.times, {});
    EXPECT_LT(relative_l2(ours, x), 1e-5) << solver;
  }
}

}  // namespace
}  // namespace flowreel
