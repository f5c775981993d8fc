#include "configs/job.h"
#include "pipeline/generate/validate.h"

namespace flowreel {
namespace {

using nlohmann::json;

// Under key, unless it is empty or unset.
void put(json& object, const char* key, const std::string& text) {
  if (!text.empty()) object[key] = text;
}

template <typename T>
void put(json& object, const char* key, const std::optional<T>& value) {
  if (value) object[key] = *value;
}

json sampling_json(const SamplingOptions& s) {
  json sampling = {{"solver", s.solver}, {"cfg_scale", s.cfg_scale}};
  put(sampling, "flow_shift", s.flow_shift);
  put(sampling, "tolerance", s.tolerance);
  if (s.grid == TimeGrid::kQuadratic) sampling["grid"] = "quadratic";
  if (s.cfg_rescale > 0) sampling["cfg_rescale"] = s.cfg_rescale;
  put(sampling, "cfg_interval", s.cfg_interval);
  put(sampling, "embedded_guidance_scale", s.embedded_guidance_scale);
  if (s.sigmas.empty()) {
    sampling["steps"] = s.steps;
  } else {
    sampling["sigmas"] = s.sigmas;
  }
  return sampling;
}

json vae_json(const VaeOptions& vae) {
  const char* const modes[] = {"off", "on", "auto"};
  const VaeTiling& t = vae.tiles;
  const auto pair = [](int64_t width, int64_t height) {
    return width == height ? json(width) : json({width, height});
  };
  return {{"tiling", modes[static_cast<size_t>(vae.mode)]},
          {"tile_px", pair(t.tile_width, t.tile_height)},
          {"tile_stride_px", pair(t.stride_width, t.stride_height)},
          {"tile_frames", t.tile_frames},
          {"tile_frame_stride", t.stride_frames}};
}

json output_json(const Job& job) {
  const OutputOptions& o = job.options.output;
  json output = {{"codec", o.codec}, {"encoder_threads", o.encoder_threads}};
  if (o.crf >= 0) output["crf"] = o.crf;
  if (o.bitrate > 0) output["bitrate"] = o.bitrate;
  if (job.save_frames) output["frames"] = true;
  if (!job.contact_sheet) output["contact_sheet"] = false;
  if (o.allow_blank) output["allow_blank"] = true;
  return output;
}

}  // namespace

json job_json(const Job& said) {
  const GenerateOptions& o = said.options;
  json job = {{"schema_version", 1}, {"id", said.id}, {"task", task_name(o)}};
  put(job["model"] = json::object(), "path", o.model);
  put(job, "prompt", o.prompt);
  put(job, "negative_prompt", o.negative_prompt);
  put(job, "input", o.input);
  put(job, "first_frame", o.first_frame);
  put(job, "from_latents", o.from_latents);
  put(job, "initial_latents", o.initial_latents);
  if (!o.input.empty()) job["strength"] = o.strength;
  if (o.invert) job["invert"] = true;
  put(job, "source_prompt", o.source_prompt);
  put(job, "width", o.size.width);
  put(job, "height", o.size.height);
  put(job, "num_frames", o.size.num_frames);
  put(job, "fps", o.size.fps);
  if (o.from_latents.empty()) {
    job["sampling"] = sampling_json(o.sampling);
    job["seed"] = o.sampling.seed;
    const bool philox = o.sampling.noise_rng == NoiseRng::kPhilox;
    job["noise"] = {{"rng", philox ? "philox" : "torch-cpu"}, {"dtype", "float32"}};
    if (o.prompt.empty()) job["prompt"] = "";
  }
  if (o.compute.determinism == Determinism::kStrict) job["determinism"] = "strict";
  job["vae"] = vae_json(o.vae);
  job["compute"] = {
      {"device", o.compute.device}, {"dtype", o.compute.dtype}, {"threads", o.compute.threads}};
  if (o.compute.max_memory_gib) job["limits"]["max_memory_gib"] = *o.compute.max_memory_gib;
  put(job["limits"], "timeout_s", said.timeout_s);
  if (job["limits"].empty()) job.erase("limits");
  if (!o.weights_sha256.empty()) job["model"]["weights_sha256"] = o.weights_sha256;
  job["checkpoint"] = {{"every_steps", o.checkpoint.every_steps}};
  if (said.save_latents) job["checkpoint"]["save_latents"] = true;
  job["output"] = output_json(said);
  if (o.output.consistency) job["consistency"] = true;
  return job;
}

}  // namespace flowreel
