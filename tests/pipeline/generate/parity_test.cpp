// Whole runs, from the prompt to the images, against diffusers.
#include <nlohmann/json.hpp>

#include "models/text/prompt_template.h"
#include "pipeline/generate/dump.h"
#include "pipeline/generate/text.h"
#include "tests/pipeline/generate/run.h"

namespace flowreel {
namespace {

// Frames of latents that differ by kStepsBound, decoded by a decoder that differs by kDecodeBound.
constexpr double kWholeRunBound = kStepsBound + kDecodeBound;

class RunParity : public GoldenTest {
 protected:
  void run() {
    options_.output.dump_tensors = folder_ / "dump";
    options_.output.frames_dir = folder_ / "frames";
    record_ = generate(options_, {});
  }
  at::Tensor dumped(const std::string& file, const std::string& name) const {
    return read_tensor(folder_ / ("dump/" + file + ".safetensors"), name);
  }
  ScratchFolder folder_;
  GenerateOptions options_ = golden_options(golden_, folder_ / "clip.mp4");
  RunRecord record_;
};

TEST_P(RunParity, EveryStage) {
  options_.compute.threads = 2;
  run();
  for (const char* ids : {"input_ids", "attention_mask", "clip_input_ids", "prompt_embeds_mask"}) {
    EXPECT_EQ(dumped("text", ids).scalar_type(), at::kLong) << ids;
    EXPECT_TRUE(at::equal(dumped("text", ids), golden_.tensor("text", ids).to(at::kLong))) << ids;
  }
  EXPECT_CLOSE(dumped("text", "prompt_embeds"), golden_.tensor("text", "prompt_embeds"),
               kTextBound);
  EXPECT_CLOSE(dumped("text", "pooled_prompt_embeds"),
               golden_.tensor("text", "pooled_prompt_embeds"), kPooledBound);
  // The normal values of LibTorch's generator differ in their last bits between instruction sets.
  EXPECT_CLOSE(dumped("noise", "latents"), golden_.tensor("noise", "latents"), 1e-6);
  EXPECT_CLOSE(dumped("velocity_000", "velocity"), golden_.tensor("velocity_000", "velocity"),
               kVelocityBound);
  for (int step = 0; step < options_.sampling.steps; ++step) {
    const std::string name = TensorDump::numbered("step", step);
    SCOPED_TRACE(name);
    EXPECT_CLOSE(dumped(name, "latents"), golden_.tensor(name, "latents"), kStepsBound);
  }
  EXPECT_CLOSE(dumped("decoded", "frames"), golden_.tensor("decoded", "frames"), kWholeRunBound);
  expect_equal_images(read_frames(options_.output.frames_dir), golden_.tensor("frames", "frames"));
}

TEST_P(RunParity, Sigmas) {
  options_.output.path = folder_ / "clip.mkv";
  options_.output.codec = "ffv1";
  record_ = generate(options_, {});
  const auto job = nlohmann::json::parse(read_bytes(golden_.path("job.json")));
  const std::vector<float> expected = job["sigmas"];
  ASSERT_EQ(record_.sigmas.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i)
    EXPECT_EQ(static_cast<float>(record_.sigmas[i]), expected[i]) << i;
  EXPECT_EQ(record_.flow_shift, job["shift"].get<double>());
}

TEST_P(RunParity, DecodeOfTheReferencesLatents) {
  options_.from_latents =
      golden_.path(TensorDump::numbered("step", options_.sampling.steps - 1) + ".safetensors");
  options_.size = {};
  run();
  EXPECT_EQ(record_.task, "decode");
  EXPECT_CLOSE(dumped("decoded", "frames"), golden_.tensor("decoded", "frames"), kDecodeBound);
  expect_equal_images(read_frames(options_.output.frames_dir), golden_.tensor("frames", "frames"));
}

TEST_P(RunParity, Reconstruction) {
  const at::Tensor input = golden_.tensor("encoded", "input");
  ReconstructOptions options;
  options.model = options_.model;
  options.input = lossless_clip(folder_ / "input.mkv", input);
  options.vae = options_.vae;
  options.compute = options_.compute;
  options.output.path = folder_ / "clip.mp4";
  options.output.dump_tensors = folder_ / "dump";
  int64_t index = 0;
  record_ = reconstruct(options, {}, [&](const at::Tensor& original, const at::Tensor& decoded) {
    EXPECT_TRUE(at::equal(original, input[index++]));
    EXPECT_EQ(decoded.sizes(), original.sizes());
  });
  EXPECT_EQ(index, input.size(0));
  EXPECT_CLOSE(dumped("encoded", "mean"), golden_.tensor("encoded", "mean"), kEncodeBound);
  EXPECT_CLOSE(dumped("encoded", "logvar"), golden_.tensor("encoded", "logvar"), kEncodeBound);
  EXPECT_CLOSE(dumped("decoded", "frames"), golden_.tensor("reconstructed", "frames"),
               kEncodeBound + kDecodeBound);
  EXPECT_EQ(nlohmann::json::parse(read_bytes(folder_ / "clip.json"))["task"], "reconstruct");
}

INSTANTIATE_TEST_SUITE_P(Golden, RunParity, ::testing::ValuesIn(golden_names()), golden_case_name);

// The model that ships with flowreel.
TEST(BundledModel, MakesWhatDiffusersMakesOfIt) {
  const std::string golden = std::string(FLOWREEL_TEST_DATA) + "/golden/bundled/";
  const std::string model = std::string(FLOWREEL_TEST_DATA) + "/../../models/pretrained/shapes";
  const ScratchFolder folder;
  GenerateOptions options = golden_options(golden + "job.json", model, folder / "clip.mp4");
  options.output.dump_tensors = folder / "dump";
  options.output.frames_dir = folder / "frames";
  generate(options, {});
  EXPECT_CLOSE(read_tensor(folder / "dump/noise.safetensors", "latents"),
               read_tensor(golden + "noise.safetensors", "latents"), 1e-6);
  const std::string last = TensorDump::numbered("step", options.sampling.steps - 1);
  EXPECT_CLOSE(read_tensor(folder / ("dump/" + last + ".safetensors"), "latents"),
               read_tensor(golden + last + ".safetensors", "latents"), kStepsBound);
  expect_equal_images(read_frames(options.output.frames_dir),
                      read_tensor(golden + "frames.safetensors", "frames"));
}

class TextParity : public GoldenTest {
 protected:
  // Encodes and compares; returns what was told to the person.
  std::vector<std::string> compare(const std::string& name, const std::string& prompt,
                                   const std::string& file, const std::string& prefix = "") {
    std::vector<std::string> told;
    Events events;
    events.notice = [&](const std::string& text) { told.push_back(text); };
    PaddedText padded;
    const TextEmbedding text = stage_.encode(name, prompt, events, &padded);
    const auto golden = [&](const std::string& key) { return golden_.tensor(file, prefix + key); };
    EXPECT_TRUE(at::equal(padded.prompt_embeds_mask, golden("prompt_embeds_mask").to(at::kLong)));
    EXPECT_CLOSE(padded.prompt_embeds, golden("prompt_embeds"), kTextBound);
    EXPECT_CLOSE(text.pooled, golden("pooled_prompt_embeds"), kPooledBound);
    const int64_t valid = golden("prompt_embeds_mask").sum().item<int64_t>();
    EXPECT_CLOSE(text.tokens, golden("prompt_embeds").narrow(1, 0, valid), kTextBound);
    if (golden_.has(file, prefix + "input_ids")) {
      EXPECT_TRUE(at::equal(padded.input_ids, golden("input_ids").to(at::kLong)));
      EXPECT_TRUE(at::equal(padded.clip_input_ids, golden("clip_input_ids").to(at::kLong)));
    }
    return told;
  }

  nlohmann::json job_ = nlohmann::json::parse(read_bytes(golden_.path("job.json")));
  TextStage stage_{golden_.model(), LoadOptions{}, hunyuan_video_prompt_template()};
};

// Lower case and without spaces: CLIP's tokens tell no more about the text that they came from.
std::string letters(const std::string& text) {
  std::string kept;
  for (const char c : text) {
    if (c != ' ') kept += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return kept;
}

// Counted without the special tokens at the ends.
TEST_P(TextParity, LongPromptIsCutAndSaysSo) {
  const std::string prompt = job_["text_cases"]["text_long"];
  const auto told = compare("prompt", prompt, "text_long");
  ASSERT_EQ(told.size(), 2u);
  expect_contains(told[0], {"prompt: LLaMA keeps 350 of ", " tokens; cut off: \""});
  expect_contains(told[1], {"prompt: CLIP keeps 75 of ", " tokens; cut off: \""});
  for (const std::string& text : told) {
    const size_t begin = text.find("cut off: \"") + 10;
    const std::string cut = text.substr(begin, text.find("…") - begin);
    EXPECT_GT(cut.size(), 20u) << text;
    EXPECT_NE(letters(prompt).find(letters(cut)), std::string::npos) << text;
  }
}

TEST_P(TextParity, EmptyPrompt) {
  EXPECT_TRUE(compare("prompt", job_["text_cases"]["text_empty"], "text_empty").empty());
}

TEST_P(TextParity, NegativePrompt) {
  if (!golden_.has("text", "negative_prompt_embeds")) GTEST_SKIP() << "no guidance in this one";
  EXPECT_TRUE(compare("negative prompt", job_["negative_prompt"], "text", "negative_").empty());
}

TEST_P(TextParity, InvalidUtf8IsNamed) {
  const std::string text = error_text<DataError>([&] { stage_.encode("prompt", "a\xff", {}); });
  expect_contains(text, {"UTF-8"});
}

INSTANTIATE_TEST_SUITE_P(Golden, TextParity, ::testing::ValuesIn(golden_names()), golden_case_name);

}  // namespace
}  // namespace flowreel
