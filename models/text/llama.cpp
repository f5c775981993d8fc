#include "models/text/llama.h"

#include <ATen/ATen.h>

#include <cmath>

#include "errors/error.h"
#include "models/layers/attention.h"
#include "models/text/embedding.h"
#include "models/weights/config.h"

namespace flowreel {
namespace {

constexpr int64_t kMax = 1 << 20;

void read_scaling(LlamaConfig& c, const ModelConfig& rope) {
  const std::string type = rope.get_string("rope_type", rope.get_string("type", "default"));
  if (type == "default") return;
  if (type == "linear") {
    c.rope_linear_factor = rope.get_double("factor", 1.0, 1e-6, 1e6);
  } else if (type == "llama3") {
    c.llama3 =
        Llama3Scaling{rope.get_double("factor", 8.0, 1e-6, 1e6),
                      rope.get_double("low_freq_factor", 1.0, 1e-6, 1e6),
                      rope.get_double("high_freq_factor", 4.0, 1e-6, 1e6),
                      rope.get_double("original_max_position_embeddings",
                                      static_cast<double>(c.max_position_embeddings), 1, 1e9)};
  } else {
    throw DataError(rope.what() + ": rope_type is \"" + type +
                    "\", expected default, linear or llama3");
  }
}

// [head_dim/2] float32, computed as transformers computes it.
at::Tensor inverse_frequencies(const LlamaConfig& c, at::Device device) {
  const at::Tensor exponents =
      at::arange(0, c.head_dim, 2, at::TensorOptions().dtype(at::kFloat).device(device)) /
      c.head_dim;
  at::Tensor inv = at::reciprocal(at::pow(c.rope_theta, exponents)) / c.rope_linear_factor;
  if (!c.llama3) return inv;
  const Llama3Scaling& s = *c.llama3;
  const at::Tensor wavelength = at::reciprocal(inv) * (2 * M_PI);
  const at::Tensor is_long = wavelength > s.original_max_positions / s.low_freq_factor;
  const at::Tensor is_short = wavelength < s.original_max_positions / s.high_freq_factor;
  const at::Tensor smooth =
      (at::reciprocal(wavelength) * s.original_max_positions - s.low_freq_factor) /
      (s.high_freq_factor - s.low_freq_factor);
  const at::Tensor blended = (1 - smooth) * inv / s.factor + smooth * inv;
  return at::where(is_long, inv / s.factor, at::where(is_short, inv, blended));
}

// Rotates features i and i + d/2 as a pair. x [B,L,H,d], cos and sin [L,d].
at::Tensor rotate_half(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin) {
  const auto halves = x.chunk(2, -1);
  return x * cos.unsqueeze(1) + at::cat({-halves[1], halves[0]}, -1) * sin.unsqueeze(1);
}

}  // namespace

LlamaConfig LlamaConfig::from(const ModelConfig& config) {
  LlamaConfig c;
  c.vocab_size = config.get_int("vocab_size", c.vocab_size, 1, 1 << 24);
  c.hidden_size = config.get_int("hidden_size", c.hidden_size, 1, kMax);
  c.intermediate_size = config.get_int("intermediate_size", c.intermediate_size, 1, kMax);
  c.num_hidden_layers = config.get_int("num_hidden_layers", c.num_hidden_layers, 1, 4096);
  c.num_attention_heads = config.get_int("num_attention_heads", c.num_attention_heads, 1, 4096);
  c.num_key_value_heads = config.get_int("num_key_value_heads", c.num_attention_heads, 1, 4096);
  c.head_dim = config.get_int("head_dim", c.hidden_size / c.num_attention_heads, 1, kMax);
  c.hidden_act =
      activation_from_name(config.get_string("hidden_act", "silu"), config.what() + ": hidden_act");
  c.max_position_embeddings =
      config.get_int("max_position_embeddings", c.max_position_embeddings, 1, 1 << 30);
  c.rms_norm_eps = config.get_double("rms_norm_eps", c.rms_norm_eps, 0, 1);
  c.attention_bias = config.get_bool("attention_bias", c.attention_bias);
  c.mlp_bias = config.get_bool("mlp_bias", c.mlp_bias);
  c.rope_theta = config.get_double("rope_theta", c.rope_theta, 1e-6, 1e12);
  if (config.has("rope_scaling")) read_scaling(c, config.object("rope_scaling"));
  if (config.has("rope_parameters")) {
    const ModelConfig rope = config.object("rope_parameters");
    c.rope_theta = rope.get_double("rope_theta", c.rope_theta, 1e-6, 1e12);
    read_scaling(c, rope);
  }
  if (c.num_attention_heads % c.num_key_value_heads != 0 || c.head_dim % 2 != 0) {
    throw DataError(
        config.what() + ": " + std::to_string(c.num_attention_heads) + " heads of " +
        std::to_string(c.head_dim) + " over " + std::to_string(c.num_key_value_heads) +
        " key heads: expected an even head size and a whole number of heads for each key head");
  }
  return c;
}

LlamaLayer::LlamaLayer(const LlamaConfig& c)
    : head_dim_(c.head_dim),
      activation_(c.hidden_act),
      input_norm_(c.hidden_size, c.rms_norm_eps),
      post_attention_norm_(c.hidden_size, c.rms_norm_eps),
      q_(c.hidden_size, c.num_attention_heads * c.head_dim, c.attention_bias),
      k_(c.hidden_size, c.num_key_value_heads * c.head_dim, c.attention_bias),
      v_(c.hidden_size, c.num_key_value_heads * c.head_dim, c.attention_bias),
      o_(c.num_attention_heads * c.head_dim, c.hidden_size, c.attention_bias),
      gate_(c.hidden_size, c.intermediate_size, c.mlp_bias),
      up_(c.hidden_size, c.intermediate_size, c.mlp_bias),
      down_(c.intermediate_size, c.hidden_size, c.mlp_bias) {
  add("input_layernorm", input_norm_);
  add("post_attention_layernorm", post_attention_norm_);
  add("self_attn.q_proj", q_);
  add("self_attn.k_proj", k_);
  add("self_attn.v_proj", v_);
  add("self_attn.o_proj", o_);
  add("mlp.gate_proj", gate_);
  add("mlp.up_proj", up_);
  add("mlp.down_proj", down_);
}

// Causal over the valid tokens; a padding token attends to all of them and to no padding, as under
// transformers' combined mask.
at::Tensor LlamaLayer::attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                              int64_t valid) const {
  const int64_t length = q.size(1);
  if (valid == length) return attention(q, k, v, /*causal=*/true);
  const at::Tensor keys = k.narrow(1, 0, valid), values = v.narrow(1, 0, valid);
  return at::cat({attention(q.narrow(1, 0, valid), keys, values, /*causal=*/true),
                  attention(q.narrow(1, valid, length - valid), keys, values)},
                 1);
}

at::Tensor LlamaLayer::operator()(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin,
                                  int64_t valid) const {
  const at::Tensor n = input_norm_(x);
  const auto by_head = [this](const at::Tensor& y) { return y.unflatten(2, {-1, head_dim_}); };
  const at::Tensor q = rotate_half(by_head(q_(n)), cos, sin),
                   k = rotate_half(by_head(k_(n)), cos, sin);
  const at::Tensor h = x + o_(attend(q, k, by_head(v_(n)), valid));
  const at::Tensor m = post_attention_norm_(h);
  return h + down_(activate(activation_, gate_(m)) * up_(m));
}

LlamaModel::LlamaModel(const LlamaConfig& config, int64_t layers_to_skip)
    : config_(config),
      layers_run_(config.num_hidden_layers - layers_to_skip),
      embedding_({config.vocab_size, config.hidden_size}) {
  if (layers_run_ < 0) {
    throw DataError("text encoder: num_hidden_layers is " +
                    std::to_string(config.num_hidden_layers) + ", expected at least " +
                    std::to_string(layers_to_skip));
  }
  add("embed_tokens.weight", embedding_);
  for (int64_t i = 0; i < layers_run_; ++i) {
    layers_.push_back(std::make_unique<LlamaLayer>(config));
    add("layers." + std::to_string(i), *layers_.back());
  }
}

at::Tensor LlamaModel::operator()(const at::Tensor& ids, int64_t valid) const {
  check_token_ids("text encoder", ids, config_.vocab_size, config_.max_position_embeddings);
  at::Tensor x = at::embedding(embedding_.value, ids);
  const at::Tensor positions = at::arange(ids.size(1), x.options().dtype(at::kFloat));
  const at::Tensor angles =
      positions.unsqueeze(1) * inverse_frequencies(config_, x.device()).unsqueeze(0);
  const at::Tensor both = at::cat({angles, angles}, 1);
  const at::Tensor cos = at::cos(both).to(x.scalar_type()), sin = at::sin(both).to(x.scalar_type());
  for (const auto& layer : layers_) x = (*layer)(x, cos, sin, valid);
  return x;
}

bool LlamaModel::leaves_out(const std::string& key) const {
  if (key == "norm.weight" || key.find("rotary_emb.inv_freq") != std::string::npos) return true;
  if (key.rfind("layers.", 0) != 0) return false;
  return std::atoll(key.c_str() + 7) >= layers_run_ &&
         std::atoll(key.c_str() + 7) < config_.num_hidden_layers;
}

}  // namespace flowreel
