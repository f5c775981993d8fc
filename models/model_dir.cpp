#include "models/model_dir.h"

#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "errors/error.h"
#include "models/registry.h"
#include "models/weights/config.h"
#include "models/weights/json.h"

namespace flowreel {
namespace {

constexpr const char* kPipelineClass = "HunyuanVideoPipeline";
constexpr const char* kFlowScheduler = "FlowMatchEulerDiscreteScheduler";
constexpr const char* kNoiseScheduler = "DDIMScheduler";

bool is_directory(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

// The first of the prefixes under which the checkpoint holds `key`; the last when none does.
std::string find_prefix(const Weights& weights, const std::vector<std::string>& prefixes,
                        const std::string& key) {
  for (const std::string& prefix : prefixes) {
    if (weights.contains(prefix + key)) return prefix;
  }
  return prefixes.back();
}

// Rules for a module whose keys lie under a prefix; `leaves_out` sees keys without it.
KeyRules rules_under(const std::string& prefix,
                     std::function<bool(const std::string&)> leaves_out) {
  const auto ignore = [prefix, leaves_out](const std::string& key) {
    if (key.rfind(prefix, 0) != 0)
      return true;  // another part of a larger model (a head, a vision tower)
    return leaves_out(key.substr(prefix.size()));
  };
  return {prefix, ignore};
}

// Class names of the components; transformers 5 may list a component as null or with an unknown
// library.
std::map<std::string, std::string> read_components(const nlohmann::json& index,
                                                   const std::string& what) {
  std::map<std::string, std::string> components;
  for (const auto& [name, entry] : index.items()) {
    if (name.empty() || name[0] == '_' || !entry.is_array()) continue;
    if (entry.size() != 2 || (!entry[1].is_string() && !entry[1].is_null())) {
      throw DataError(what + ": \"" + name + "\" is " + entry.dump().substr(0, 80) +
                      ", expected [library, class]");
    }
    if (name.find_first_of("/\\") != std::string::npos || name == "..") {
      throw PathError(what + ": component name \"" + name + "\" is not a folder name");
    }
    if (entry[1].is_string()) components[name] = entry[1].get<std::string>();
  }
  return components;
}

}  // namespace

ModelDirectory::ModelDirectory(const std::string& path) : path_(path) {
  while (path_.size() > 1 && path_.back() == '/') path_.pop_back();
  if (!is_directory(path_)) {
    throw MissingInputError("model \"" + path +
                            "\": no such directory; expected a diffusers pipeline directory "
                            "(with a model_index.json)");
  }
  const std::string what = path_ + "/model_index.json";
  const nlohmann::json index = read_json_file(what);
  if (!index.is_object() || !index.contains("_class_name") || !index["_class_name"].is_string()) {
    throw DataError(what + ": no \"_class_name\"; expected the index of a " + kPipelineClass);
  }
  pipeline_class_ = index["_class_name"].get<std::string>();
  if (pipeline_class_ != kPipelineClass) {
    throw DataError(what + ": pipeline class is \"" + pipeline_class_ + "\", only " +
                    kPipelineClass + " is supported");
  }
  components_ = read_components(index, what);
}

bool ModelDirectory::has(const std::string& component) const {
  return components_.count(component) != 0 && is_directory(path_ + "/" + component);
}

std::string ModelDirectory::folder(const std::string& component) const {
  const std::string folder = path_ + "/" + component;
  if (components_.count(component) == 0) {
    throw MissingInputError(path_ + "/model_index.json lists no component \"" + component + "\"");
  }
  if (!is_directory(folder))
    throw MissingInputError(folder + ": this component of the model is not there");
  return folder;
}

ModelConfig ModelDirectory::component_config(const std::string& component) const {
  return ModelConfig::from_file(folder(component) + "/config.json");
}

ModelConfig ModelDirectory::scheduler_config() const {
  const ModelConfig config = ModelConfig::from_file(folder("scheduler") + "/scheduler_config.json");
  const std::string class_name = components_.at("scheduler");
  if (class_name != kFlowScheduler && class_name != kNoiseScheduler) {
    throw DataError(path_ + "/model_index.json: scheduler class is \"" + class_name +
                    "\", expected " + kFlowScheduler + " or " + kNoiseScheduler);
  }
  return config;
}

bool ModelDirectory::predicts_noise() const {
  const auto found = components_.find("scheduler");
  return found != components_.end() && found->second == kNoiseScheduler;
}

HunyuanVaeConfig ModelDirectory::vae_config() const {
  const ModelConfig config = component_config("vae");
  const std::string class_name = components_.at("vae");
  if (class_name != "AutoencoderKLHunyuanVideo") {
    throw DataError(path_ + "/model_index.json: vae class is \"" + class_name +
                    "\", expected AutoencoderKLHunyuanVideo");
  }
  return HunyuanVaeConfig::from(config);
}

std::unique_ptr<VideoTransformer> ModelDirectory::build_transformer() const {
  const ModelConfig config = component_config("transformer");
  return flowreel::build_transformer(components_.at("transformer"), config);
}

std::unique_ptr<HunyuanVae> ModelDirectory::build_vae(HunyuanVae::Part part) const {
  return std::make_unique<HunyuanVae>(vae_config(), part);
}

std::unique_ptr<LlamaModel> ModelDirectory::build_text_encoder() const {
  const ModelConfig config = component_config("text_encoder");
  const bool is_llava = config.has("text_config");
  return std::make_unique<LlamaModel>(
      LlamaConfig::from(is_llava ? config.object("text_config") : config), kTextLayersToSkip);
}

std::unique_ptr<ClipTextModel> ModelDirectory::build_text_encoder_2() const {
  const ModelConfig config = component_config("text_encoder_2");
  const bool is_whole_clip = config.has("text_config");
  return std::make_unique<ClipTextModel>(
      ClipTextConfig::from(is_whole_clip ? config.object("text_config") : config));
}

ModelDirectory::Unloaded<VideoTransformer> ModelDirectory::open_transformer() const {
  return {build_transformer(), Weights::open(folder("transformer")), {}};
}

ModelDirectory::Unloaded<HunyuanVae> ModelDirectory::open_vae(HunyuanVae::Part part) const {
  auto module = build_vae(part);
  const auto leaves_out = [&vae = *module](const std::string& key) { return vae.leaves_out(key); };
  return {std::move(module), Weights::open(folder("vae")), {"", leaves_out}};
}

ModelDirectory::Unloaded<LlamaModel> ModelDirectory::open_text_encoder() const {
  auto module = build_text_encoder();
  Weights weights = Weights::open(folder("text_encoder"));
  const std::string prefix =
      find_prefix(weights, {"model.", "language_model.model.", "model.language_model.", ""},
                  "embed_tokens.weight");
  const auto leaves_out = [&llama = *module](const std::string& key) {
    return llama.leaves_out(key);
  };
  return {std::move(module), std::move(weights), rules_under(prefix, leaves_out)};
}

ModelDirectory::Unloaded<ClipTextModel> ModelDirectory::open_text_encoder_2() const {
  Weights weights = Weights::open(folder("text_encoder_2"));
  const std::string prefix =
      find_prefix(weights, {"text_model.", ""}, "embeddings.token_embedding.weight");
  const auto leaves_out = [](const std::string& key) { return key == "embeddings.position_ids"; };
  return {build_text_encoder_2(), std::move(weights), rules_under(prefix, leaves_out)};
}

template <typename M>
std::unique_ptr<M> ModelDirectory::load(const std::string& component, Unloaded<M> unloaded,
                                        const LoadOptions& options) const {
  if (observer_) {
    unloaded.weights.observe_reads(
        [this, component](const std::string& name, const TensorInfo& info, const void* data,
                          size_t bytes) { observer_(component, name, info, data, bytes); });
  }
  load_into(*unloaded.module, unloaded.weights, unloaded.rules, options);
  return std::move(unloaded.module);
}

std::unique_ptr<VideoTransformer> ModelDirectory::load_transformer(
    const LoadOptions& options) const {
  return load("transformer", open_transformer(), options);
}

std::unique_ptr<HunyuanVae> ModelDirectory::load_vae(HunyuanVae::Part part,
                                                     const LoadOptions& options) const {
  return load("vae", open_vae(part), options);
}

std::unique_ptr<LlamaModel> ModelDirectory::load_text_encoder(const LoadOptions& options) const {
  return load("text_encoder", open_text_encoder(), options);
}

std::unique_ptr<ClipTextModel> ModelDirectory::load_text_encoder_2(
    const LoadOptions& options) const {
  return load("text_encoder_2", open_text_encoder_2(), options);
}

void ModelDirectory::check(const std::string& component) const {
  const auto compare = [](const auto& unloaded) {
    check_weights(*unloaded.module, unloaded.weights, unloaded.rules);
  };
  if (component == "transformer") compare(open_transformer());
  if (component == "vae") compare(open_vae(HunyuanVae::Part::kBoth));
  if (component == "text_encoder") compare(open_text_encoder());
  if (component == "text_encoder_2") compare(open_text_encoder_2());
}

void check_components_fit(const ModelDirectory& model, const VideoTransformer& transformer) {
  const auto expect = [&model](const char* what, int64_t actual, const char* of, int64_t expected) {
    if (actual == expected) return;
    throw DataError(model.path() + ": " + what + " is " + std::to_string(actual) + ", but " + of +
                    " is " + std::to_string(expected));
  };
  const HunyuanVaeConfig vae = model.vae_config();
  expect("the transformer's text_embed_dim", transformer.text_width(),
         "the text encoder's hidden_size", model.build_text_encoder()->config().hidden_size);
  expect("the transformer's pooled_projection_dim", transformer.pooled_width(),
         "the second text encoder's hidden_size",
         model.build_text_encoder_2()->config().hidden_size);
  expect("the transformer's in_channels", transformer.latent_channels(),
         "the VAE's latent_channels", vae.latent_channels);
  expect("the transformer's out_channels", transformer.out_channels(), "its in_channels",
         transformer.latent_channels());
  expect("the VAE's in_channels", vae.in_channels, "RGB", 3);
  expect("the VAE's out_channels", vae.out_channels, "RGB", 3);
}

}  // namespace flowreel
