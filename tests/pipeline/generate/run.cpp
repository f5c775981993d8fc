#include "tests/pipeline/generate/run.h"

#include <nlohmann/json.hpp>

#include "codecs/image.h"

namespace flowreel {

at::Tensor read_frames(const std::string& frames_dir) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(frames_dir))
    names.push_back(entry.path());
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::filesystem::path(names.front()).filename(), "frame_00000.png");
  std::vector<at::Tensor> frames;
  for (const std::string& name : names) frames.push_back(read_image(name));
  return at::stack(frames);
}

void expect_equal_images(const at::Tensor& actual, const at::Tensor& expected) {
  ASSERT_EQ(actual.sizes(), expected.sizes());
  const at::Tensor difference = (actual.to(at::kInt) - expected.to(at::kInt)).abs();
  EXPECT_LE(difference.max().item<int>(), 1);
  EXPECT_LE(difference.ne(0).to(at::kDouble).mean().item<double>(), 1e-3);
}

GenerateOptions golden_options(const Golden& golden, const std::string& output) {
  return golden_options(golden.path("job.json"), golden.path("model"), output);
}

GenerateOptions golden_options(const std::string& job_file, const std::string& model,
                               const std::string& output) {
  const nlohmann::json job = nlohmann::json::parse(read_bytes(job_file));
  GenerateOptions options;
  options.model = model;
  options.prompt = job["prompt"];
  if (job["true_cfg_scale"] > 1.0) options.negative_prompt = job["negative_prompt"];
  options.size.width = job["width"];
  options.size.height = job["height"];
  options.size.num_frames = job["num_frames"];
  options.sampling.steps = job["num_inference_steps"];
  options.sampling.embedded_guidance_scale = job["guidance_scale"];
  options.sampling.cfg_scale = job["true_cfg_scale"];
  options.sampling.seed = job["seed"];
  options.sampling.noise_rng = NoiseRng::kTorchCpu;
  options.vae.mode = TilingMode::kOff;
  options.compute.device = "cpu";
  options.compute.dtype = "float32";
  options.compute.threads = 1;  // on a busy machine, threads of small work wait for each other
  options.output.path = output;
  return options;
}

void edit_json(const std::string& path, const std::string& pointer, const std::string& value) {
  auto content = nlohmann::json::parse(read_bytes(path));
  content[nlohmann::json::json_pointer(pointer)] = nlohmann::json::parse(value);
  std::ofstream(path) << content.dump(2);
}

}  // namespace flowreel
