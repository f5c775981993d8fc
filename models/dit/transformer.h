// What the pipeline needs to know of a video transformer, whatever its family.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <functional>
#include <string>

#include "models/weights/module.h"

namespace flowreel {

// One evaluation. Samples of one text length need no mask; the others are padded on the right.
struct TransformerInput {
  at::Tensor latents;   // [B,C,T,h,w]
  at::Tensor timestep;  // [B] float32, sigma·1000
  at::Tensor text;      // [B,L,text width], L >= 1
  at::Tensor pooled;    // [B,pooled width]
  at::Tensor guidance;  // [B], guidance scale·1000; not read by models without guidance embedding
  // [B,L] bool, true for valid tokens, of which each sample has at least one; undefined: all are.
  at::Tensor text_mask = {};
};

class VideoTransformer : public Module {
 public:
  // → [B,C,T,h,w], the predicted noise - data, in the compute type.
  virtual at::Tensor operator()(const TransformerInput& input) const = 0;

  virtual int64_t latent_channels() const = 0;
  virtual int64_t out_channels() const = 0;
  virtual std::array<int64_t, 3> patch() const = 0;  // latent positions per token along t, h, w
  virtual bool embeds_guidance() const = 0;
  virtual int64_t text_width() const = 0;
  virtual int64_t pooled_width() const = 0;
  virtual int64_t width() const = 0;      // features of a token
  virtual int64_t mlp_width() const = 0;  // features inside the feed-forward

  // Sees what lies between the parts: (name, video [B,N,D], text [B,L,D] or undefined). For tests.
  using Tap =
      std::function<void(const std::string& name, const at::Tensor& video, const at::Tensor& text)>;
  void set_tap(Tap tap) { tap_ = std::move(tap); }

 protected:
  Tap tap_;
};

}  // namespace flowreel
