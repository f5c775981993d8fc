#include "pipeline/train/text_video.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "errors/error.h"
#include "pipeline/flow/guidance.h"

namespace flowreel {
namespace {

struct Condition {
  at::Tensor text, mask, pooled;
};

Condition encode(const TextVideoParts& parts, const std::vector<std::string>& captions,
                 at::Device device) {
  std::vector<std::vector<int64_t>> llama_rows, clip_rows;
  for (const std::string& caption : captions) {
    CaptionIds ids = parts.tokenizer(caption);
    if (static_cast<int64_t>(ids.llama.size()) <= parts.crop_start) {
      throw DataError("caption \"" + caption + "\": " + std::to_string(ids.llama.size()) +
                      " tokens with its template, expected more than the " +
                      std::to_string(parts.crop_start) + " of the template alone");
    }
    llama_rows.push_back(std::move(ids.llama));
    clip_rows.push_back(std::move(ids.clip));
  }
  // Padding is never read: LLaMA is causal, the transformer masks it, CLIP ends at its end token.
  const PaddedIds llama = padded(llama_rows, 0), clip = padded(clip_rows, clip_rows[0].back());
  const int64_t length = llama.ids.size(1), crop = parts.crop_start;
  Condition out;
  out.text = (*parts.llama)(llama.ids.to(device), length).narrow(1, crop, length - crop);
  out.mask = llama.mask.narrow(1, crop, length - crop);
  out.mask = out.mask.all().item<bool>() ? at::Tensor() : out.mask.to(device);
  out.pooled = parts.clip->pooled(clip.ids.to(device));
  return out;
}

// The network as it is, shown the time in diffusers' count of steps.
at::Tensor answer(const TextVideoParts& parts, const at::Tensor& x, const at::Tensor& timestep,
                  const Condition& condition) {
  if (condition.pooled.size(0) != x.size(0)) {
    throw DataError(std::to_string(condition.pooled.size(0)) + " captions for a batch of " +
                    std::to_string(x.size(0)));
  }
  TransformerInput input;
  input.latents = x;
  input.timestep = timestep;
  input.text = condition.text;
  input.text_mask = condition.mask;
  input.pooled = condition.pooled;
  input.guidance = at::full_like(timestep, parts.guidance_scale * 1000);
  return (*parts.transformer)(input).to(x.scalar_type());
}

}  // namespace

BatchNetwork text_video_velocity(const TextVideoParts& parts) {
  return [parts](const at::Tensor& x_t, const at::Tensor& t,
                 const std::vector<std::string>& captions) {
    return -answer(parts, x_t, (1 - t) * 1000, encode(parts, captions, x_t.device()));
  };
}

BatchNetwork text_video_noise(const TextVideoParts& parts) {
  return [parts](const at::Tensor& x_n, const at::Tensor& time,
                 const std::vector<std::string>& captions) {
    return answer(parts, x_n, (1 - time) * 1000 - 1, encode(parts, captions, x_n.device()));
  };
}

Velocity text_video_field(const TextVideoParts& parts, const std::vector<std::string>& captions,
                          at::Device device, double cfg_scale) {
  const at::NoGradGuard no_grad;
  std::vector<std::string> shown(cfg_scale == 1 ? 0 : captions.size());  // without a caption
  shown.insert(shown.end(), captions.begin(), captions.end());
  const Condition condition = encode(parts, shown, device);
  Velocity field = [parts, condition](const at::Tensor& x, double t) {
    const at::NoGradGuard without_graph;
    const at::Tensor times = at::full({x.size(0)}, t, x.options());
    const at::Tensor seen = x.to(condition.text.scalar_type());
    return -answer(parts, seen, (1 - times) * 1000, condition).to(x.scalar_type());
  };
  return cfg_scale == 1 ? field : guided_batched(std::move(field), cfg_scale);
}

}  // namespace flowreel
