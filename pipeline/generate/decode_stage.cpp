#include "pipeline/generate/decode_stage.h"

#include <ATen/ATen.h>

#include <vector>

#include "models/weights/out_of_memory.h"
#include "pipeline/generate/decode.h"
#include "pipeline/generate/decode_retry.h"

namespace flowreel {

void DecodeStage::operator()(const at::Tensor& latents, RunModel& model, RunRecord& record,
                             TensorDump& dump, std::optional<ClipOutput>& output) const {
  events_.check_stop();
  const auto vae = model.decoder();
  record.weights = model.digest().by_component();
  // Divided in the VAE's own type, as diffusers does.
  const at::Tensor z = latents.to(record.plan.vae) / vae_.scaling_factor;
  bool again = false;
  const auto attempt = [&](const VaeTiling& tiling) {
    // Frames of an attempt that failed are not to be in the clip.
    if (again) output.emplace(options_.output, record.size);
    again = true;
    record.tiling = tiling;
    output->set_manifest(manifest_json(options_, record));
    std::vector<at::Tensor> kept;
    DecodeSinks sinks;
    sinks.frame = [&](const at::Tensor& frame) { output->write(frame); };
    if (dump.active())
      sinks.decoded = [&](const at::Tensor& frames) { kept.push_back(frames.clone()); };
    decode_latents(*vae, z, tiling, record.plan, events_, sinks);
    if (dump.active()) dump.write("decoded", {{"frames", at::cat(kept, 0)}});
  };
  // Networks that were kept must not change the tiles: first they go.
  const auto attempt_alone = [&](const VaeTiling& tiling) {
    try {
      return attempt(tiling);
    } catch (const std::exception& error) {
      if (!is_out_of_memory(error) || !model.free_kept()) throw;
    }
    attempt(tiling);
  };
  const bool retry = options_.compute.determinism != Determinism::kStrict;
  if (!retry) return attempt_alone(record.tiling);
  decode_retrying(record.tiling, vae_, record.size, events_, attempt_alone);
}

}  // namespace flowreel
