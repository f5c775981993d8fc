// CLIP's text model, for its pooled output. Must agree with transformers' CLIPTextModel
// (pooler_output).
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <vector>

#include "models/layers/linear.h"
#include "models/layers/mlp.h"
#include "models/layers/norm.h"

namespace flowreel {

class ModelConfig;

struct ClipTextConfig {
  int64_t vocab_size = 49408, hidden_size = 512, intermediate_size = 2048;
  int64_t num_hidden_layers = 12, num_attention_heads = 8, max_position_embeddings = 77;
  Activation hidden_act = Activation::kQuickGelu;
  double layer_norm_eps = 1e-5;
  int64_t eos_token_id = 49407;

  static ClipTextConfig from(const ModelConfig& config);
};

class ClipLayer : public Module {
 public:
  explicit ClipLayer(const ClipTextConfig& config);
  at::Tensor operator()(const at::Tensor& x) const;

 private:
  int64_t heads_;
  Activation activation_;
  LayerNorm norm1_, norm2_;
  Linear q_, k_, v_, out_, fc1_, fc2_;
};

class ClipTextModel : public Module {
 public:
  explicit ClipTextModel(const ClipTextConfig& config);

  const ClipTextConfig& config() const { return config_; }

  // ids [B,L] int64 → pooled [B,D]: the final norm of the row of each text's end token. Attention
  // is causal, so what follows the last of them (the padding) is not computed. DataError as
  // check_token_ids, or when a text has no end token.
  at::Tensor pooled(const at::Tensor& ids) const;

 private:
  at::Tensor end_positions(const at::Tensor& ids) const;

  ClipTextConfig config_;
  Parameter token_embedding_, position_embedding_;
  std::vector<std::unique_ptr<ClipLayer>> layers_;
  LayerNorm final_norm_;
};

}  // namespace flowreel
