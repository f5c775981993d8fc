#include "pipeline/evaluate/autoencoder.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cstdio>

#include "models/model_dir.h"
#include "pipeline/consistency/clip_meter.h"
#include "pipeline/consistency/fidelity.h"
#include "pipeline/evaluate/clips.h"
#include "pipeline/generate/compute.h"
#include "pipeline/generate/decode.h"
#include "pipeline/generate/encode.h"
#include "pipeline/generate/memory.h"

namespace flowreel {

struct Autoencoder::Parts {
  std::unique_ptr<HunyuanVae> vae;
  ComputePlan plan;
  ClipSize size;
  VaeTiling tiling;
  Events events;
};

Autoencoder::Autoencoder(const EvaluateOptions& options, const Events& events)
    : parts_(std::make_unique<Parts>()) {
  const ModelDirectory model(options.model);
  Parts& p = *parts_;
  p.plan = plan_compute(options.compute);
  const HunyuanVaeConfig config = model.vae_config();
  SizeRules rules;
  rules.spatial_multiple = rules.spatial_ratio = config.spatial_compression_ratio;
  rules.temporal_multiple = rules.temporal_ratio = config.temporal_compression_ratio;
  p.size = resolve_size(options.size, evaluated_size(), rules);
  std::string why;
  p.tiling =
      choose_tiling(options.vae, config, p.size, c10::elementSize(p.plan.vae), p.plan.device, &why);
  if (!why.empty()) events.tell(why);
  p.vae = model.load_vae(HunyuanVae::Part::kBoth, p.plan.for_vae());
  p.events = events;
  p.events.progress = {};  // the stages' own progress is that of one clip
}

Autoencoder::~Autoencoder() = default;

const ClipSize& Autoencoder::size() const { return parts_->size; }

at::Tensor Autoencoder::operator()(const at::Tensor& frames) const {
  const at::NoGradGuard no_grad;
  const Parts& p = *parts_;
  const EncodedClip encoded = encode_frames(*p.vae, frames, p.tiling, p.plan, p.events);
  std::vector<at::Tensor> decoded;
  DecodeSinks sinks;
  sinks.frame = [&](const at::Tensor& frame) { decoded.push_back(frame.clone()); };
  decode_latents(*p.vae, encoded.mean, p.tiling, p.plan, p.events, sinks);
  return at::stack(decoded);
}

Reconstruction compare_clips(const at::Tensor& source, const at::Tensor& reconstruction) {
  FidelityMean fidelity;
  ClipMeter before({}, {"flicker_mc"}), after({}, {"flicker_mc"});
  for (int64_t i = 0; i < source.size(0); ++i) {
    fidelity.add(source[i], reconstruction[i]);
    before.see(source[i]);
    after.see(reconstruction[i]);
  }
  return {fidelity.psnr(), fidelity.ssim(), before.finish().measurements.at(0).value,
          after.finish().measurements.at(0).value};
}

std::string reconstruction_line(const std::vector<JudgedClip>& clips) {
  double psnr = 0, ssim = 0, source = 0, flicker = 0;
  int count = 0, moving = 0;
  for (const JudgedClip& clip : clips) {
    if (!clip.reconstruction) continue;
    const Reconstruction& r = *clip.reconstruction;
    ++count;
    psnr += r.psnr;
    ssim += r.ssim;
    if (!r.source_flicker || !r.flicker) continue;
    ++moving;
    source += *r.source_flicker;
    flicker += *r.flicker;
  }
  if (count == 0) return "";
  char line[160];
  std::snprintf(line, sizeof line,
                "autoencoder  psnr %.2f dB  ssim %.4f  flicker_mc %.3f -> %.3f levels (%.2fx)\n",
                psnr / count, ssim / count, moving > 0 ? source / moving : 0,
                moving > 0 ? flicker / moving : 0, source > 0 ? flicker / source : 0);
  return line;
}

}  // namespace flowreel
