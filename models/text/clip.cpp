#include "models/text/clip.h"

#include <ATen/ATen.h>

#include "errors/error.h"
#include "models/layers/attention.h"
#include "models/text/embedding.h"
#include "models/weights/config.h"

namespace flowreel {
namespace {

// Configs written before transformers 4.31 carry this id by mistake; for them the end token is the
// largest id.
constexpr int64_t kLegacyEos = 2;

}  // namespace

ClipTextConfig ClipTextConfig::from(const ModelConfig& config) {
  constexpr int64_t kMax = 1 << 20;
  ClipTextConfig c;
  c.vocab_size = config.get_int("vocab_size", c.vocab_size, 1, 1 << 24);
  c.hidden_size = config.get_int("hidden_size", c.hidden_size, 1, kMax);
  c.intermediate_size = config.get_int("intermediate_size", c.intermediate_size, 1, kMax);
  c.num_hidden_layers = config.get_int("num_hidden_layers", c.num_hidden_layers, 0, 4096);
  c.num_attention_heads = config.get_int("num_attention_heads", c.num_attention_heads, 1, 4096);
  c.max_position_embeddings =
      config.get_int("max_position_embeddings", c.max_position_embeddings, 1, 1 << 24);
  c.hidden_act = activation_from_name(config.get_string("hidden_act", "quick_gelu"),
                                      config.what() + ": hidden_act");
  c.layer_norm_eps = config.get_double("layer_norm_eps", c.layer_norm_eps, 0, 1);
  c.eos_token_id = config.get_int("eos_token_id", c.eos_token_id, 0, 1 << 24);
  if (c.hidden_size % c.num_attention_heads != 0) {
    throw DataError(config.what() + ": hidden_size " + std::to_string(c.hidden_size) +
                    " is not a multiple of num_attention_heads " +
                    std::to_string(c.num_attention_heads));
  }
  return c;
}

ClipLayer::ClipLayer(const ClipTextConfig& c)
    : heads_(c.num_attention_heads),
      activation_(c.hidden_act),
      norm1_(c.hidden_size, c.layer_norm_eps),
      norm2_(c.hidden_size, c.layer_norm_eps),
      q_(c.hidden_size, c.hidden_size),
      k_(c.hidden_size, c.hidden_size),
      v_(c.hidden_size, c.hidden_size),
      out_(c.hidden_size, c.hidden_size),
      fc1_(c.hidden_size, c.intermediate_size),
      fc2_(c.intermediate_size, c.hidden_size) {
  add("self_attn.k_proj", k_);
  add("self_attn.v_proj", v_);
  add("self_attn.q_proj", q_);
  add("self_attn.out_proj", out_);
  add("layer_norm1", norm1_);
  add("mlp.fc1", fc1_);
  add("mlp.fc2", fc2_);
  add("layer_norm2", norm2_);
}

at::Tensor ClipLayer::operator()(const at::Tensor& x) const {
  const at::Tensor n = norm1_(x);
  const auto by_head = [this](const at::Tensor& y) { return y.unflatten(2, {heads_, -1}); };
  const at::Tensor h =
      x + out_(attention(by_head(q_(n)), by_head(k_(n)), by_head(v_(n)), /*causal=*/true));
  return h + fc2_(activate(activation_, fc1_(norm2_(h))));
}

ClipTextModel::ClipTextModel(const ClipTextConfig& c)
    : config_(c),
      token_embedding_({c.vocab_size, c.hidden_size}),
      position_embedding_({c.max_position_embeddings, c.hidden_size}),
      final_norm_(c.hidden_size, c.layer_norm_eps) {
  add("embeddings.token_embedding.weight", token_embedding_);
  add("embeddings.position_embedding.weight", position_embedding_);
  for (int64_t i = 0; i < c.num_hidden_layers; ++i) {
    layers_.push_back(std::make_unique<ClipLayer>(c));
    add("encoder.layers." + std::to_string(i), *layers_.back());
  }
  add("final_layer_norm", final_norm_);
}

// [B] int64.
at::Tensor ClipTextModel::end_positions(const at::Tensor& ids) const {
  if (config_.eos_token_id == kLegacyEos) return ids.argmax(1);
  const at::Tensor is_end = ids.eq(config_.eos_token_id);
  if (!is_end.any(1).all().item<bool>()) {
    throw DataError("text encoder 2: the tokenizer's output has no end token (eos_token_id " +
                    std::to_string(config_.eos_token_id) + " in its config.json)");
  }
  return is_end.to(at::kInt).argmax(1);
}

at::Tensor ClipTextModel::pooled(const at::Tensor& ids) const {
  check_token_ids("text encoder 2", ids, config_.vocab_size, config_.max_position_embeddings);
  const at::Tensor ends = end_positions(ids);
  const int64_t length = ends.max().item<int64_t>() + 1;
  at::Tensor x = at::embedding(token_embedding_.value, ids.narrow(1, 0, length)) +
                 position_embedding_.value.narrow(0, 0, length);
  for (const auto& layer : layers_) x = (*layer)(x);
  return final_norm_(x.index({at::arange(ids.size(0), ends.options()), ends}));
}

}  // namespace flowreel
