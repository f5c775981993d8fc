#include "models/vae/blocks.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "models/layers/attention.h"

namespace flowreel {
namespace {

// Nearest-neighbour enlargement by whole factors is repetition.
at::Tensor repeat_nearest(const at::Tensor& x, int64_t ft, int64_t fh, int64_t fw) {
  const at::Tensor spread = x.unsqueeze(3).unsqueeze(5).unsqueeze(7);  // [B,C,T,1,H,1,W,1]
  return spread.expand({-1, -1, -1, ft, -1, fh, -1, fw}).flatten(6).flatten(4, 5).flatten(2, 3);
}

void pause(const Breakpoint& breakpoint) {
  if (breakpoint) breakpoint();
}

bool is_one(const std::array<int64_t, 3>& factor) {
  return factor == std::array<int64_t, 3>{1, 1, 1};
}

}  // namespace

at::Tensor norm_silu(const GroupNorm& norm, const at::Tensor& x) {
  at::Tensor y = norm(x);
  return at::GradMode::is_enabled() ? at::silu(y) : at::silu_(y);
}

ResnetBlock::ResnetBlock(int64_t in_channels, int64_t out_channels, int64_t groups)
    : norm1_(groups, in_channels, kVaeEps),
      norm2_(groups, out_channels, kVaeEps),
      conv1_(in_channels, out_channels, 3),
      conv2_(out_channels, out_channels, 3) {
  add("norm1", norm1_);
  add("conv1", conv1_);
  add("norm2", norm2_);
  add("conv2", conv2_);
  if (in_channels != out_channels) {
    shortcut_ = std::make_unique<CausalConv3d>(in_channels, out_channels, 1);
    add("conv_shortcut", *shortcut_);
  }
}

at::Tensor ResnetBlock::operator()(const at::Tensor& x, const Breakpoint& breakpoint) const {
  pause(breakpoint);
  at::Tensor h = conv1_(norm_silu(norm1_, x));
  pause(breakpoint);
  h = conv2_(norm_silu(norm2_, h));
  const at::Tensor skip = shortcut_ ? (*shortcut_)(x) : x;
  return at::GradMode::is_enabled() ? h + skip : h.add_(skip);
}

FrameCausalAttention::FrameCausalAttention(int64_t channels, int64_t groups)
    : group_norm_(groups, channels, kVaeEps),
      to_q_(channels, channels),
      to_k_(channels, channels),
      to_v_(channels, channels),
      to_out_(channels, channels) {
  add("group_norm", group_norm_);
  add("to_q", to_q_);
  add("to_k", to_k_);
  add("to_v", to_v_);
  add("to_out.0", to_out_);
}

at::Tensor FrameCausalAttention::operator()(const at::Tensor& x) const {
  const int64_t frames = x.size(2), per_frame = x.size(3) * x.size(4);
  const at::Tensor tokens = group_norm_(x).flatten(2).transpose(1, 2);  // [B, T·H·W, C]
  const at::Tensor q = to_q_(tokens).unsqueeze(2), k = to_k_(tokens).unsqueeze(2),
                   v = to_v_(tokens).unsqueeze(2);
  std::vector<at::Tensor> out;
  for (int64_t f = 0; f < frames; ++f) {
    const int64_t visible = (f + 1) * per_frame;
    out.push_back(attention(q.narrow(1, f * per_frame, per_frame), k.narrow(1, 0, visible),
                            v.narrow(1, 0, visible)));
  }
  return to_out_(at::cat(out, 1)).transpose(1, 2).view_as(x) + x;
}

MidBlock::MidBlock(int64_t channels, int64_t groups, bool with_attention)
    : first_(channels, channels, groups), second_(channels, channels, groups) {
  add("resnets.0", first_);
  if (with_attention) {
    attention_ = std::make_unique<FrameCausalAttention>(channels, groups);
    add("attentions.0", *attention_);
  }
  add("resnets.1", second_);
}

at::Tensor MidBlock::operator()(const at::Tensor& x, const Breakpoint& breakpoint) const {
  at::Tensor h = first_(x, breakpoint);
  if (attention_) h = (*attention_)(h);
  return second_(h, breakpoint);
}

DownBlock::DownBlock(int64_t in_channels, int64_t out_channels, int64_t layers, int64_t groups,
                     std::array<int64_t, 3> stride) {
  for (int64_t i = 0; i < layers; ++i) {
    resnets_.push_back(
        std::make_unique<ResnetBlock>(i == 0 ? in_channels : out_channels, out_channels, groups));
    add("resnets." + std::to_string(i), *resnets_.back());
  }
  if (!is_one(stride)) {
    downsample_ = std::make_unique<CausalConv3d>(out_channels, out_channels, 3, stride);
    add("downsamplers.0.conv", *downsample_);
  }
}

at::Tensor DownBlock::operator()(at::Tensor x, const Breakpoint& breakpoint) const {
  for (const auto& resnet : resnets_) x = (*resnet)(x, breakpoint);
  return downsample_ ? (*downsample_)(x) : x;
}

UpBlock::UpBlock(int64_t in_channels, int64_t out_channels, int64_t layers, int64_t groups,
                 std::array<int64_t, 3> factor)
    : factor_(factor) {
  for (int64_t i = 0; i < layers; ++i) {
    resnets_.push_back(
        std::make_unique<ResnetBlock>(i == 0 ? in_channels : out_channels, out_channels, groups));
    add("resnets." + std::to_string(i), *resnets_.back());
  }
  if (!is_one(factor)) {
    upsample_ = std::make_unique<CausalConv3d>(out_channels, out_channels, 3);
    add("upsamplers.0.conv", *upsample_);
  }
}

at::Tensor UpBlock::operator()(at::Tensor x, const Breakpoint& breakpoint) const {
  for (const auto& resnet : resnets_) x = (*resnet)(x, breakpoint);
  if (!upsample_) return x;
  pause(breakpoint);
  const auto [ft, fh, fw] = factor_;
  const at::Tensor first = repeat_nearest(x.narrow(2, 0, 1), 1, fh, fw);
  if (x.size(2) == 1) return (*upsample_)(first);
  const at::Tensor rest = repeat_nearest(x.narrow(2, 1, x.size(2) - 1), ft, fh, fw);
  return (*upsample_)(at::cat({first, rest}, 2).contiguous(x.suggest_memory_format()));
}

}  // namespace flowreel
