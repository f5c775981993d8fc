// The LLaMA language model as a text encoder: token ids in, the residual stream at a chosen depth
// out. Must agree with transformers' LlamaModel (output_hidden_states).
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/layers/linear.h"
#include "models/layers/mlp.h"
#include "models/layers/norm.h"

namespace flowreel {

class ModelConfig;

// The frequency bands of Llama 3.1's context extension.
struct Llama3Scaling {
  double factor, low_freq_factor, high_freq_factor, original_max_positions;
};

// text_encoder/config.json, written by transformers 4 (rope_theta, rope_scaling) or 5
// (rope_parameters); also the text_config of a LLaVA checkpoint.
struct LlamaConfig {
  int64_t vocab_size = 32000, hidden_size = 4096, intermediate_size = 11008;
  int64_t num_hidden_layers = 32, num_attention_heads = 32, num_key_value_heads = 32,
          head_dim = 128;
  Activation hidden_act = Activation::kSilu;
  int64_t max_position_embeddings = 2048;
  double rms_norm_eps = 1e-6;
  bool attention_bias = false, mlp_bias = false;
  double rope_theta = 10000.0, rope_linear_factor = 1.0;
  std::optional<Llama3Scaling> llama3;

  static LlamaConfig from(const ModelConfig& config);
};

class LlamaLayer : public Module {
 public:
  explicit LlamaLayer(const LlamaConfig& config);
  // x [B,L,D]; cos and sin [L,head_dim] in the compute type. Tokens from `valid` on are padding.
  at::Tensor operator()(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin,
                        int64_t valid) const;

 private:
  at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                    int64_t valid) const;

  int64_t head_dim_;
  Activation activation_;
  RmsNorm input_norm_, post_attention_norm_;
  Linear q_, k_, v_, o_, gate_, up_, down_;
};

class LlamaModel : public Module {
 public:
  // layers_to_skip: how many of the last layers are never run. They, the final norm and any head
  // are not loaded.
  LlamaModel(const LlamaConfig& config, int64_t layers_to_skip);

  const LlamaConfig& config() const { return config_; }

  // ids [B,L] int64 → hidden_states[num_hidden_layers - layers_to_skip] [B,L,D]: the residual
  // stream before the final norm. DataError when an id is not in the vocabulary or L exceeds the
  // positions. No valid token sees padding, so callers leave it out; only to show what diffusers
  // computes for it, `valid` < L marks where it begins.
  at::Tensor operator()(const at::Tensor& ids, int64_t valid) const;

  // Whether a checkpoint key (without prefix) is one that is left out on purpose.
  bool leaves_out(const std::string& key) const;

 private:
  LlamaConfig config_;
  int64_t layers_run_;
  Parameter embedding_;
  std::vector<std::unique_ptr<LlamaLayer>> layers_;
};

}  // namespace flowreel
