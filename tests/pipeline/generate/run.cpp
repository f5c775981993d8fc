#include "tests/pipeline/generate/run.h"

#include <nlohmann/json.hpp>

namespace flowreel {

GenerateOptions golden_options(const Golden& golden, const std::string& output) {
  const nlohmann::json job = nlohmann::json::parse(read_bytes(golden.path("job.json")));
  GenerateOptions options;
  options.model = golden.path("model");
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
