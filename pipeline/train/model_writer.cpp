#include "pipeline/train/model_writer.h"

#include <ATen/ATen.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "errors/error.h"
#include "files/output_file.h"
#include "models/weights/json.h"
#include "models/weights/safetensors.h"
#include "pipeline/train/plan_checks.h"

namespace flowreel {
namespace {

namespace fs = std::filesystem;
using Tensors = std::map<std::string, at::Tensor>;

Tensors tensors_of(Module& module, const std::string& prefix, at::ScalarType dtype) {
  Tensors tensors;
  module.visit([&](const std::string& name, Parameter& parameter) {
    tensors[prefix + name] = parameter.value.detach().to(at::kCPU, dtype).contiguous();
  });
  return tensors;
}

// The whole language model's weights: what is never run is zeros, and ones where it is a norm.
Tensors llama_tensors(LlamaModel& trained, at::ScalarType dtype) {
  Tensors tensors = tensors_of(trained, "", dtype);
  LlamaModel whole(trained.config(), /*layers_to_skip=*/0);
  whole.visit([&](const std::string& name, Parameter& parameter) {
    if (tensors.count(name) != 0) return;
    tensors[name] = parameter.shape.size() == 1 ? at::ones(parameter.shape, dtype)
                                                : at::zeros(parameter.shape, dtype);
  });
  tensors["norm.weight"] = at::ones({trained.config().hidden_size}, dtype);
  return tensors;
}

void write_text(const fs::path& path, const std::string& text) {
  OutputFile file(path.string(), /*overwrite=*/true);
  file.write(text.data(), text.size());
  file.commit();
}

// Replaces whatever weights the component's folder holds.
void write_weights(const fs::path& folder, const std::string& stem, const Tensors& tensors) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    if (name.find(".safetensors") != std::string::npos) fs::remove(entry.path());
  }
  // transformers refuses a file that does not say which library's tensors it holds.
  write_safetensors((folder / (stem + ".safetensors")).string(), tensors, {{"format", "pt"}});
}

void set_scaling_factor(const fs::path& config, double factor) {
  nlohmann::json json = read_json_file(config.string());
  json["scaling_factor"] = factor;
  write_text(config, json.dump(2) + "\n");
}

void set_diffusion(const fs::path& folder, BetaLaw law) {
  nlohmann::json index = read_json_file((folder / "model_index.json").string());
  index["scheduler"] = {"diffusers", "DDIMScheduler"};
  write_text(folder / "model_index.json", index.dump(2) + "\n");
  const nlohmann::json config = {{"_class_name", "DDIMScheduler"},
                                 {"num_train_timesteps", 1000},
                                 {"beta_schedule", beta_schedule_name(law)},
                                 {"beta_start", 0.0001},
                                 {"beta_end", 0.02},
                                 {"trained_betas", nullptr},
                                 {"prediction_type", "epsilon"},
                                 {"timestep_spacing", "leading"},
                                 {"steps_offset", 0},
                                 {"set_alpha_to_one", true},
                                 {"clip_sample", false},
                                 {"thresholding", false},
                                 {"rescale_betas_zero_snr", false}};
  write_text(folder / "scheduler/scheduler_config.json", config.dump(2) + "\n");
}

// A key of flowreel.json, which may not be there.
void forget(const fs::path& file, const char* key) {
  if (!fs::exists(file)) return;
  nlohmann::json json = read_json_file(file.string());
  if (json.erase(key) > 0) write_text(file, json.dump(2) + "\n");
}

void write_parts(const fs::path& folder, const TrainedParts& parts, at::ScalarType dtype) {
  if (parts.transformer != nullptr) {
    write_weights(folder / "transformer", "diffusion_pytorch_model",
                  tensors_of(*parts.transformer, "", dtype));
  }
  if (parts.vae != nullptr)
    write_weights(folder / "vae", "diffusion_pytorch_model", tensors_of(*parts.vae, "", dtype));
  if (parts.scaling_factor > 0)
    set_scaling_factor(folder / "vae/config.json", parts.scaling_factor);
  if (parts.new_captions) forget(folder / "flowreel.json", "words");
  if (parts.guidance_learnt) forget(folder / "flowreel.json", "cfg_scale");
  if (parts.betas) set_diffusion(folder, *parts.betas);
  if (parts.llama != nullptr)
    write_weights(folder / "text_encoder", "model", llama_tensors(*parts.llama, dtype));
  if (parts.clip != nullptr) {
    write_weights(folder / "text_encoder_2", "model",
                  tensors_of(*parts.clip, "text_model.", dtype));
  }
}

}  // namespace

void write_model(const std::string& source, const std::string& folder, const TrainedParts& parts,
                 at::ScalarType dtype) {
  check_absent(folder, /*overwrite=*/false);
  const TemporaryPath temporary(folder);
  try {
    fs::create_directories(temporary.name());
    fs::copy(source, temporary.name(), fs::copy_options::recursive);
    write_parts(temporary.name(), parts, dtype);
  } catch (const fs::filesystem_error& e) {
    throw OutputError("model " + folder + ": cannot be written: " + e.code().message());
  }
  publish({{temporary.name(), folder, /*overwrite=*/false}});
}

}  // namespace flowreel
