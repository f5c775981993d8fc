#include "pipeline/train/clip_latents.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>

#include "models/vae/tiling.h"
#include "pipeline/train/autocast.h"
#include "pipeline/train/content_hash.h"
#include "pipeline/train/latent_cache.h"

namespace flowreel {
namespace {

std::string key_of_encoder(HunyuanVae& vae, bool bfloat16) {
  ContentHash hash;
  if (bfloat16) hash.add("bfloat16");
  vae.visit([&](const std::string& name, Parameter& p) {
    if (p.value.defined() && !is_of_decoder(name)) hash.add(p.value);
  });
  const double factor = vae.config().scaling_factor;
  return hash.add(&factor, sizeof factor).hex();
}

}  // namespace

at::Tensor encode_clips(const HunyuanVae& vae, const at::Tensor& clips, bool bfloat16) {
  const at::NoGradGuard no_grad;
  const Autocast autocast(bfloat16, clips.device().type());
  const at::Tensor mean = vae_encode(vae, for_convolutions(clips), VaeTiling{}).chunk(2, 1)[0];
  return mean.to(at::kFloat) * vae.config().scaling_factor;
}

ClipData latents_of(std::shared_ptr<const ClipSet> set, const HunyuanVae& vae, bool bfloat16) {
  return [set = std::move(set), &vae, bfloat16](const ClipNumbers& numbers) {
    return encode_clips(vae, set->clips(numbers), bfloat16);
  };
}

ClipData kept_latents_of(const ClipSet& set, HunyuanVae& vae, const KeptLatentsOptions& o) {
  const auto encode = [&](const ClipNumbers& numbers) {
    std::vector<at::Tensor> parts;
    for (auto from = numbers.begin(); from < numbers.end();) {
      if (o.check_stop) o.check_stop();
      const auto to = from + std::min<int64_t>(o.batch, numbers.end() - from);
      parts.push_back(encode_clips(vae, set.clips({from, to}), o.bfloat16).cpu());
      from = to;
    }
    return at::cat(parts);
  };
  const LatentCache::Options options{o.folder, key_of_encoder(vae, o.bfloat16)};
  const auto cache = std::make_shared<LatentCache>(options, set, o.count, encode, o.progress);
  return [cache, device = o.device](const ClipNumbers& numbers) {
    return cache->rows(numbers).to(device);
  };
}

bool is_of_decoder(const std::string& name) {
  return name.rfind("decoder.", 0) == 0 || name.rfind("post_quant_conv.", 0) == 0;
}

}  // namespace flowreel
