#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "pipeline/generate/decode.h"
#include "pipeline/generate/dump.h"
#include "pipeline/generate/encode.h"
#include "pipeline/generate/generate.h"
#include "pipeline/generate/memory.h"
#include "pipeline/generate/memory_budget.h"
#include "pipeline/generate/output.h"
#include "pipeline/generate/output_names.h"
#include "pipeline/generate/source.h"

namespace flowreel {

RunRecord reconstruct(const ReconstructOptions& options, const Events& events,
                      const FramePairObserver& observer) {
  const at::NoGradGuard no_grad;
  check_names_differ(options.output, {{"--input", options.input}});
  ModelDirectory model(options.model);
  WeightsDigest digest;
  model.observe_reads(digest.observer());
  TensorDump dump(options.output.dump_tensors);
  const HunyuanVaeConfig config = model.vae_config();
  RunRecord record;
  record.task = "reconstruct";
  record.plan = plan_compute(options.compute);
  record.versions = environment_versions();
  SizeRules rules;
  rules.spatial_multiple = rules.spatial_ratio = config.spatial_compression_ratio;
  rules.temporal_multiple = rules.temporal_ratio = config.temporal_compression_ratio;
  record.size = resolve_size(options.size, input_size(options.input, options.size, events), rules,
                             options.input);
  std::string why;
  record.tiling = choose_tiling(options.vae, config, record.size, c10::elementSize(record.plan.vae),
                                record.plan.device, &why);
  if (!why.empty()) events.tell(why);
  check_memory(stage_needs(model, options, record), options.compute, record.plan.device);

  ClipOutput output(options.output, record.size);
  dump.open(options.output.overwrite);
  const at::Tensor frames = read_input_clip(options.input, options.size, record.size);
  record.hashes["input"] = sha256_of_tensor(frames);
  events.report("encode", 0, 1);
  LoadOptions load = record.plan.for_vae();
  load.before_tensor = [&events] { events.check_stop(); };
  const auto vae = model.load_vae(HunyuanVae::Part::kBoth, load);
  const EncodedClip encoded = encode_frames(*vae, frames, record.tiling, record.plan, events);
  dump.write("encoded", {{"mean", encoded.mean}, {"logvar", encoded.logvar}});
  record.hashes["latents"] = sha256_of_tensor(encoded.mean);
  events.report("encode", 1, 1);

  record.weights = digest.by_component();
  output.set_manifest(manifest_json(options, record));
  std::vector<at::Tensor> kept;
  int64_t index = 0;
  DecodeSinks sinks;
  sinks.frame = [&](const at::Tensor& frame) {
    output.write(frame);
    if (observer) observer(frames.select(0, index), frame);
    ++index;
  };
  if (dump.active()) sinks.decoded = [&](const at::Tensor& part) { kept.push_back(part.clone()); };
  decode_latents(*vae, encoded.mean, record.tiling, record.plan, events, sinks);
  if (dump.active()) dump.write("decoded", {{"frames", at::cat(kept, 0)}});
  output.finish(record, [&options](const RunRecord& r) { return manifest_json(options, r); });
  return record;
}

}  // namespace flowreel
