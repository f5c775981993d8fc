#include "pipeline/generate/manifest.h"

#include <ATen/Version.h>
#include <ATen/native/DispatchStub.h>
#include <torch/version.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "codecs/version.h"
#include "codecs/writer.h"
#include "pipeline/generate/build_commit.h"

namespace flowreel {
namespace {

using nlohmann::json;

json text_or_null(const std::string& text) { return text.empty() ? json(nullptr) : json(text); }

const char* dtype_name(at::ScalarType type) {
  return type == at::kFloat ? "float32" : type == at::kHalf ? "float16" : "bfloat16";
}

json size_json(const ClipSize& size) {
  return {{"width", size.width},
          {"height", size.height},
          {"num_frames", size.frames},
          {"fps", size.fps}};
}

json vae_json(const VaeTiling& t) {
  return {{"tiling", t.spatial ? "on" : "off"},
          {"tile_px", {t.tile_width, t.tile_height}},
          {"tile_stride_px", {t.stride_width, t.stride_height}},
          {"tile_frames", t.tile_frames},
          {"tile_frame_stride", t.stride_frames}};
}

json output_json(const OutputOptions& o) {
  WriterOptions writer;
  writer.codec = parse_codec(o.codec);
  writer.crf = o.crf;
  writer.bitrate = o.bitrate;
  const std::optional<double> crf = effective_crf(writer);
  return {{"codec", o.codec},
          {"crf", crf ? json(*crf) : json(nullptr)},
          {"bitrate", o.bitrate > 0 ? json(o.bitrate) : json(nullptr)},
          {"encoder_threads", o.encoder_threads}};
}

json compute_json(const ComputePlan& plan) {
  return {{"device", plan.device.str()},
          {"threads", plan.threads},
          {"dtype",
           {{"transformer", dtype_name(plan.transformer)},
            {"text", dtype_name(plan.text)},
            {"vae", dtype_name(plan.vae)}}}};
}

json sampling_json(const SamplingOptions& s, const RunRecord& record) {
  json sampling = {
      {"solver", s.solver},
      {"steps", record.sigmas.empty() ? 0 : record.sigmas.size() - 1},
      {"flow_shift", record.flow_shift > 0 ? json(record.flow_shift) : json("dynamic")},
      {"sigmas", record.sigmas},
      {"state_sha256", record.state_hashes},
      {"embedded_guidance_scale", record.guidance ? json(*record.guidance) : json(nullptr)},
      {"cfg_scale", s.cfg_scale},
      {"evaluations", record.evaluations}};
  if (s.tolerance) sampling["tolerance"] = *s.tolerance;
  if (s.cfg_rescale > 0) sampling["cfg_rescale"] = s.cfg_rescale;
  if (s.cfg_interval) sampling["cfg_interval"] = *s.cfg_interval;
  if (record.diffusion) {
    sampling["flow_shift"] = nullptr;
    sampling["betas"] = *record.diffusion == BetaLaw::kLinear ? "linear" : "cosine";
  }
  return sampling;
}

// The parts that every manifest has.
json common(const RunRecord& record) {
  json manifest = {{"manifest_version", 1},
                   {"task", record.task},
                   {"size", size_json(record.size)},
                   {"vae", vae_json(record.tiling)},
                   {"compute", compute_json(record.plan)},
                   {"weights_sha256", record.weights},
                   {"versions", record.versions},
                   {"hashes", record.hashes}};
  if (!record.consistency.empty()) manifest["consistency"] = json::parse(record.consistency);
  return manifest;
}

// A prompt is valid UTF-8 by the time it gets here, but a path need not be.
std::string dumped(const json& manifest) {
  return manifest.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string manifest_json(const GenerateOptions& o, const RunRecord& record) {
  json manifest = common(record);
  if (!o.job.empty()) manifest["job"] = json::parse(o.job);
  if (!o.order.empty()) manifest["order"] = json::parse(o.order);
  manifest["determinism"] = o.compute.determinism == Determinism::kStrict ? "strict" : "default";
  manifest["model"] = o.model;
  manifest["output"] = output_json(o.output);
  manifest["input"] = text_or_null(o.input);
  manifest["first_frame"] = text_or_null(o.first_frame);
  manifest["from_latents"] = text_or_null(o.from_latents);
  manifest["initial_latents"] = text_or_null(o.initial_latents);
  if (!record.sigmas.empty()) {
    manifest["prompt"] = o.prompt;
    manifest["negative_prompt"] = o.negative_prompt ? json(*o.negative_prompt) : json(nullptr);
    manifest["sampling"] = sampling_json(o.sampling, record);
    const bool drawn = o.initial_latents.empty();  // or read from a file
    const char* rng = o.sampling.noise_rng == NoiseRng::kPhilox ? "philox" : "torch-cpu";
    manifest["seed"] = drawn ? json(o.sampling.seed) : json(nullptr);
    manifest["noise"] = {{"rng", drawn ? json(rng) : json(nullptr)}, {"dtype", "float32"}};
    if (o.invert) {
      manifest["inversion"] = {
          {"source_prompt", o.source_prompt ? json(*o.source_prompt) : json(nullptr)}};
    }
    manifest["strength"] = o.input.empty() ? json(nullptr) : json(o.strength);
  }
  return dumped(manifest);
}

std::string manifest_json(const ReconstructOptions& o, const RunRecord& record) {
  json manifest = common(record);
  manifest["model"] = o.model;
  manifest["input"] = o.input;
  manifest["output"] = output_json(o.output);
  return dumped(manifest);
}

std::string manifest_path(const OutputOptions& output) {
  if (!output.manifest.empty()) return output.manifest;
  std::string plain = output.path;
  while (plain.size() > 1 && plain.back() == '/') plain.pop_back();
  if (output.codec == "png") return plain + ".json";
  return std::filesystem::path(plain).replace_extension(".json").string();
}

std::map<std::string, std::string> environment_versions() {
  std::map<std::string, std::string> versions = codec_versions();
  versions["flowreel"] = FLOWREEL_VERSION;
  versions["commit"] = build_commit();
  versions["libtorch"] = TORCH_VERSION;
  versions["mkl"] = at::get_mkl_version();
  versions["onednn"] = at::get_mkldnn_version();
  versions["cpu_capability"] = at::get_cpu_capability();
  return versions;
}

}  // namespace flowreel
