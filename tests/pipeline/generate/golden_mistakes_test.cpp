// The golden data notices one wrong value in a config.json: the run with it misses a bound that the
// run without it keeps.
#include <nlohmann/json.hpp>

#include "models/text/prompt_template.h"
#include "pipeline/generate/text.h"
#include "tests/pipeline/generate/run.h"

namespace flowreel {
namespace {

using nlohmann::json;

class MistakeTest : public GoldenTest {
 protected:
  MistakeTest() { options_.model = copy_model(golden_.path("model"), folder_ / "model"); }

  void change(const std::string& file, const std::function<void(json&)>& mistake) {
    const std::string path = options_.model + "/" + file;
    json content = json::parse(read_bytes(path));
    mistake(content);
    std::ofstream(path) << content.dump(2);
  }
  void scale(const std::string& component, const std::string& key, double factor) {
    change(component + "/config.json", [&](json& config) {
      json& value = config.contains(key) ? config[key] : config["rope_parameters"][key];
      ASSERT_TRUE(value.is_number()) << component << ": " << key;
      value = value.get<double>() * factor;
    });
  }
  TextEmbedding text() const {
    const TextStage stage(ModelDirectory(options_.model), {}, hunyuan_video_prompt_template());
    return stage.encode("prompt", options_.prompt, {});
  }
  double text_difference() const {
    const at::Tensor tokens = text().tokens;
    return relative_l2(tokens,
                       golden_.tensor("text", "prompt_embeds").narrow(1, 0, tokens.size(1)));
  }
  double pooled_difference() const {
    return relative_l2(text().pooled, golden_.tensor("text", "pooled_prompt_embeds"));
  }
  // Of one tensor that a whole run dumps.
  double run_difference(const std::string& file, const std::string& name) {
    options_.output.dump_tensors = folder_ / "dump";
    options_.output.overwrite = true;
    generate(options_, {});
    return relative_l2(read_tensor(folder_ / ("dump/" + file + ".safetensors"), name),
                       golden_.tensor(file, name));
  }

  ScratchFolder folder_;
  GenerateOptions options_ = golden_options(golden_, folder_ / "clip.mp4");
};

TEST_P(MistakeTest, NoneWithoutAChange) {
  EXPECT_LE(text_difference(), kTextBound);
  EXPECT_LE(pooled_difference(), kPooledBound);
}

TEST_P(MistakeTest, LlamaRopeTheta) {
  scale("text_encoder", "rope_theta", 1.2);
  EXPECT_GT(text_difference(), kTextBound);
}

TEST_P(MistakeTest, LlamaEpsilon) {
  scale("text_encoder", "rms_norm_eps", 0.1);
  EXPECT_GT(text_difference(), kTextBound);
}

TEST_P(MistakeTest, LlamaActivation) {
  change("text_encoder/config.json", [](json& config) {
    config["hidden_act"] = config["hidden_act"] == "silu" ? "gelu" : "silu";
  });
  EXPECT_GT(text_difference(), kTextBound);
}

TEST_P(MistakeTest, ClipEpsilon) {
  scale("text_encoder_2", "layer_norm_eps", 0.1);
  EXPECT_GT(pooled_difference(), kPooledBound);
}

TEST_P(MistakeTest, ClipActivation) {
  change("text_encoder_2/config.json", [](json& config) {
    config["hidden_act"] = config["hidden_act"] == "gelu" ? "quick_gelu" : "gelu";
  });
  EXPECT_GT(pooled_difference(), kPooledBound);
}

// Pools at the first token instead of the end.
TEST_P(MistakeTest, ClipEndToken) {
  const int64_t first = golden_.tensor("text", "clip_input_ids")[0][0].item<int64_t>();
  change("text_encoder_2/config.json", [&](json& config) { config["eos_token_id"] = first; });
  EXPECT_GT(pooled_difference(), kPooledBound);
}

TEST_P(MistakeTest, TransformerRopeTheta) {
  scale("transformer", "rope_theta", 1.2);
  EXPECT_GT(run_difference("velocity_000", "velocity"), kVelocityBound);
}

TEST_P(MistakeTest, TransformerRopeAxes) {
  change("transformer/config.json", [](json& config) {
    json& axes = config["rope_axes_dim"];
    if (axes[0] != axes[2]) {
      std::swap(axes[0], axes[2]);
    } else {
      std::swap(axes[0], axes[1]);
    }
  });
  EXPECT_GT(run_difference("velocity_000", "velocity"), kVelocityBound);
}

TEST_P(MistakeTest, EmbeddedGuidance) {
  if (!golden_.model().build_transformer()->embeds_guidance())
    GTEST_SKIP() << "this one has no guidance embedding";
  *options_.sampling.embedded_guidance_scale *= 1.001;
  EXPECT_GT(run_difference("velocity_000", "velocity"), kVelocityBound);
}

TEST_P(MistakeTest, GuidanceScale) {
  if (options_.sampling.cfg_scale <= 1) GTEST_SKIP() << "no guidance in this one";
  options_.sampling.cfg_scale *= 1.001;
  EXPECT_GT(run_difference("step_000", "latents"), kStepsBound);
}

TEST_P(MistakeTest, SchedulerShift) {
  change("scheduler/scheduler_config.json",
         [](json& config) { config["shift"] = config["shift"].get<double>() * 1.01; });
  EXPECT_GT(run_difference("step_004", "latents"), kStepsBound);
}

TEST_P(MistakeTest, VaeScalingFactor) {
  scale("vae", "scaling_factor", 1.001);
  EXPECT_GT(run_difference("decoded", "frames"), kStepsBound + kDecodeBound);
}

TEST_P(MistakeTest, VaeGroups) {
  change("vae/config.json", [](json& config) { config["norm_num_groups"] = 1; });
  EXPECT_GT(run_difference("decoded", "frames"), kStepsBound + kDecodeBound);
}

INSTANTIATE_TEST_SUITE_P(Golden, MistakeTest, ::testing::ValuesIn(golden_names()),
                         golden_case_name);

}  // namespace
}  // namespace flowreel
