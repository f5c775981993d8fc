// A diffusers pipeline directory: what model_index.json says is in it, and its components on
// request.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "models/dit/transformer.h"
#include "models/text/clip.h"
#include "models/text/llama.h"
#include "models/vae/hunyuan_vae.h"
#include "models/weights/load.h"

namespace flowreel {

class ModelConfig;

// Called for every tensor that is read: component, tensor name, its header entry, its bytes as
// stored.
using ComponentReadObserver =
    std::function<void(const std::string& component, const std::string& name, const TensorInfo&,
                       const void* data, size_t bytes)>;

class ModelDirectory {
 public:
  // Reads model_index.json. MissingInputError when there is none; DataError when its class is not
  // HunyuanVideoPipeline.
  explicit ModelDirectory(const std::string& path);

  const std::string& path() const { return path_; }
  const std::string& pipeline_class() const { return pipeline_class_; }

  // Component name → class name, as model_index.json lists them (null entries left out).
  const std::map<std::string, std::string>& components() const { return components_; }

  // Whether the component is listed and its folder is there.
  bool has(const std::string& component) const;

  // The folder of a component. MissingInputError names it when it is not listed or not there.
  std::string folder(const std::string& component) const;

  // scheduler/scheduler_config.json; the file's own defaults apply to what it does not say. The
  // class decides what the transformer predicts: FlowMatchEulerDiscreteScheduler, a velocity;
  // DDIMScheduler, the noise of a diffusion. DataError for another.
  ModelConfig scheduler_config() const;
  bool predicts_noise() const;
  HunyuanVaeConfig vae_config() const;

  // Modules without weights, built from config.json alone.
  std::unique_ptr<VideoTransformer> build_transformer() const;
  std::unique_ptr<HunyuanVae> build_vae(HunyuanVae::Part part) const;
  std::unique_ptr<LlamaModel> build_text_encoder() const;
  std::unique_ptr<ClipTextModel> build_text_encoder_2() const;

  // The same with weights in the type and on the device of `options`. DataError lists what does not
  // fit.
  std::unique_ptr<VideoTransformer> load_transformer(const LoadOptions& options) const;
  std::unique_ptr<HunyuanVae> load_vae(HunyuanVae::Part part, const LoadOptions& options) const;
  std::unique_ptr<LlamaModel> load_text_encoder(const LoadOptions& options) const;
  std::unique_ptr<ClipTextModel> load_text_encoder_2(const LoadOptions& options) const;

  // Compares a component's weights with its config.json from headers alone. DataError lists what
  // does not fit.
  void check(const std::string& component) const;

  void observe_reads(ComponentReadObserver observer) { observer_ = std::move(observer); }

 private:
  // A module, the weights it is to be filled from, and how their names relate.
  template <typename M>
  struct Unloaded {
    std::unique_ptr<M> module;
    Weights weights;
    KeyRules rules;
  };
  Unloaded<VideoTransformer> open_transformer() const;
  Unloaded<HunyuanVae> open_vae(HunyuanVae::Part part) const;
  Unloaded<LlamaModel> open_text_encoder() const;
  Unloaded<ClipTextModel> open_text_encoder_2() const;
  template <typename M>
  std::unique_ptr<M> load(const std::string& component, Unloaded<M> unloaded,
                          const LoadOptions& options) const;
  ModelConfig component_config(const std::string& component) const;

  std::string path_, pipeline_class_;
  std::map<std::string, std::string> components_;
  ComponentReadObserver observer_;
};

// DataError, with both numbers, when the widths of the text encoders, the transformer and the
// autoencoder do not meet, or the autoencoder's pixels are not RGB. From configurations alone.
void check_components_fit(const ModelDirectory& model, const VideoTransformer& transformer);

// How many of the language model's last layers the pipeline leaves unused (diffusers'
// num_hidden_layers_to_skip).
inline constexpr int64_t kTextLayersToSkip = 2;

}  // namespace flowreel
