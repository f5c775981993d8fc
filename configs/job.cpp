#include "configs/job.h"

#include <algorithm>
#include <cmath>

#include "configs/fields.h"
#include "errors/error.h"
#include "models/model_dir.h"
#include "pipeline/flow/solver.h"
#include "pipeline/generate/validate.h"

namespace flowreel {
namespace {

constexpr int64_t kMostSide = 16384, kMostFrames = 100'000, kMostSteps = 10'000;
constexpr size_t kMostText = 1 << 20;  // bytes of a prompt
constexpr double kMany = 1e9;
const std::vector<std::string> kTasks = {"t2v", "i2v", "v2v", "decode"};

bool is_id(const std::string& id) {
  const char* const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  return !id.empty() && id.size() <= 128 && id.find_first_not_of(letters) == std::string::npos &&
         id[0] != '.' && id[0] != '-';
}

template <typename T, typename... Range>
void read_optional(Fields& fields, const std::string& key, std::optional<T>& value,
                   Range... range) {
  fields.skip(key);  // known, even where it is not there
  if (!fields.has(key)) return;
  T read{};
  fields.read(key, read, range...);
  value = read;
}

void read_name(Fields& fields, const std::string& key, std::string& name) {
  fields.read(key, name);
  if (fields.has(key) && name.empty()) fields.fail(key, "a name");
}

[[noreturn]] void fail_of_length(const Fields& fields, const std::string& key,
                                 const std::string& text) {
  throw DataError(fields.place() + "/" + key + " has " + std::to_string(text.size()) +
                  " bytes, expected at most " + std::to_string(kMostText));
}

void read_model(Fields fields, Job& job) {
  fields.read("path", job.options.model);
  std::string preset;  // whose values are filled in already
  if (!fields.skip_null("preset")) fields.read("preset", preset);
  Fields digests = fields.object("weights_sha256");
  for (const char* component : {"text_encoder", "text_encoder_2", "transformer", "vae"}) {
    std::string digest;
    digests.read(component, digest);
    if (!digests.has(component)) continue;
    if (digest.size() != 64 || digest.find_first_not_of("0123456789abcdef") != std::string::npos)
      digests.fail(component, "64 hexadecimal digits in lower case");
    job.options.weights_sha256[component] = digest;
  }
  digests.finish();
  fields.finish();
}

void read_size(Fields& fields, SizeOptions& size) {
  read_optional(fields, "width", size.width, int64_t{1}, kMostSide);
  read_optional(fields, "height", size.height, int64_t{1}, kMostSide);
  read_optional(fields, "num_frames", size.num_frames, int64_t{1}, kMostFrames);
  read_optional(fields, "fps", size.fps, 1.0, 240.0);
}

void read_interval(Fields& fields, SamplingOptions& sampling) {
  std::vector<double> ends;
  fields.read("cfg_interval", ends, 0, 1);
  if (!fields.has("cfg_interval")) return;
  if (ends.size() != 2) fields.fail("cfg_interval", "two noise levels, the lower first");
  sampling.cfg_interval = {ends[0], ends[1]};
}

void read_sampling(Fields fields, SamplingOptions& sampling) {
  std::vector<std::string> names;
  for (const Solver& solver : solvers()) names.emplace_back(solver.name);
  sampling.solver = names[fields.choose("solver", names, 0)];
  int64_t steps = sampling.steps;
  fields.read("steps", steps, 1, kMostSteps);
  sampling.steps = static_cast<int>(steps);
  read_optional(fields, "flow_shift", sampling.flow_shift, 1e-6, 1e6);
  read_optional(fields, "embedded_guidance_scale", sampling.embedded_guidance_scale, 0.0, 1000.0);
  fields.read("cfg_scale", sampling.cfg_scale, 1, 1000);
  fields.read("cfg_rescale", sampling.cfg_rescale, 0, 1);
  read_interval(fields, sampling);
  read_optional(fields, "tolerance", sampling.tolerance, 1e-9, 1.0);
  const size_t grid = fields.choose("grid", {"uniform", "quadratic"}, 0);
  sampling.grid = grid == 0 ? TimeGrid::kUniform : TimeGrid::kQuadratic;
  if (!fields.skip_null("sigmas")) fields.read("sigmas", sampling.sigmas, 0, 1);
  fields.finish();
}

void read_noise(Fields fields, SamplingOptions& sampling) {
  const size_t rng = fields.choose("rng", {"philox", "torch-cpu"}, 0);
  sampling.noise_rng = rng == 0 ? NoiseRng::kPhilox : NoiseRng::kTorchCpu;
  fields.choose("dtype", {"float32"}, 0);
  fields.finish();
}

// One number for both sides, or [width, height].
void read_extent(Fields& fields, const std::string& key, int64_t& width, int64_t& height) {
  constexpr int64_t kLeast = 8;
  std::vector<double> sides;
  if (fields.has_list(key)) {
    fields.read(key, sides, kLeast, kMostSide);
    const bool whole = std::all_of(sides.begin(), sides.end(),
                                   [](double side) { return side == std::floor(side); });
    if (sides.size() != 2 || !whole)
      fields.fail(key, "a whole number, or two for width and height");
    width = static_cast<int64_t>(sides[0]);
    height = static_cast<int64_t>(sides[1]);
    return;
  }
  const bool given = fields.has(key);
  fields.read(key, width, kLeast, kMostSide);
  if (given) height = width;
}

void read_vae(Fields fields, VaeOptions& vae) {
  vae.mode = static_cast<TilingMode>(fields.choose("tiling", {"off", "on", "auto"}, 0));
  VaeTiling& t = vae.tiles;
  read_extent(fields, "tile_px", t.tile_width, t.tile_height);
  read_extent(fields, "tile_stride_px", t.stride_width, t.stride_height);
  fields.read("tile_frames", t.tile_frames, 1, kMostFrames);
  fields.read("tile_frame_stride", t.stride_frames, 1, kMostFrames);
  fields.finish();
}

void read_compute(Fields fields, ComputeOptions& compute) {
  fields.read("device", compute.device);
  compute.dtype = std::vector<std::string>{
      "auto", "float32", "bfloat16",
      "float16"}[fields.choose("dtype", {"auto", "float32", "bfloat16", "float16"}, 0)];
  int64_t threads = compute.threads;
  fields.read("threads", threads, 0, 1024);
  compute.threads = static_cast<int>(threads);
  fields.finish();
}

void read_limits(Fields fields, Job& job) {
  read_optional(fields, "max_memory_gib", job.options.compute.max_memory_gib, 0.0, kMany);
  read_optional(fields, "timeout_s", job.timeout_s, 1.0, kMany);
  fields.finish();
}

void read_checkpoint(Fields fields, Job& job) {
  int64_t every = job.options.checkpoint.every_steps;
  fields.read("every_steps", every, 0, kMostSteps);
  job.options.checkpoint.every_steps = static_cast<int>(every);
  fields.read("save_latents", job.save_latents);
  fields.finish();
}

void read_output(Fields fields, Job& job) {
  OutputOptions& output = job.options.output;
  const std::vector<std::string> codecs = {"h264", "h265", "av1", "ffv1"};
  output.codec = codecs[fields.choose("codec", codecs, 0)];
  if (!fields.skip_null("crf")) fields.read("crf", output.crf, 0, 63);
  if (!fields.skip_null("bitrate")) fields.read("bitrate", output.bitrate, 1, 2'000'000'000);
  int64_t threads = output.encoder_threads;
  fields.read("encoder_threads", threads, 1, 64);
  output.encoder_threads = static_cast<int>(threads);
  fields.read("frames", job.save_frames);
  fields.read("contact_sheet", job.contact_sheet);
  fields.read("allow_blank", output.allow_blank);
  fields.finish();
}

// What each task begins from, and that it is said.
void check_task(const Fields& fields, const Job& job) {
  const int given = fields.has("input") + fields.has("first_frame") + fields.has("from_latents");
  const std::string task = task_name(job.options);
  if (given <= 1 && job.task == task) return;
  const std::string inputs =
      given > 1 ? "there is more than one input" : "the input is that of " + task;
  throw DataError(
      fields.place() + "/task is \"" + job.task + "\", but " + inputs +
      "; expected input for v2v, first_frame for i2v, from_latents for decode, and none "
      "of them for t2v");
}

// What depends on the free memory of a machine cannot be promised.
void check_strict(const Fields& fields, const GenerateOptions& options) {
  if (options.compute.determinism != Determinism::kStrict || options.vae.mode != TilingMode::kAuto)
    return;
  throw DataError(fields.place() +
                  "/vae/tiling is \"auto\", which depends on free memory; expected on or off with "
                  "determinism strict");
}

void read_text(Fields& fields, const std::string& key, std::optional<std::string>& text) {
  if (!fields.skip_null(key)) read_optional(fields, key, text);
  if (text && text->size() > kMostText) fail_of_length(fields, key, *text);
}

}  // namespace

Job read_job(const JsonDocument& document, const std::string& pointer) {
  Job job;
  Fields fields(document.value, document.source, pointer);
  fields.require({"schema_version", "id"});
  int64_t version = 1;
  fields.read("schema_version", version, 1, 1);
  fields.read("id", job.id);
  if (!is_id(job.id))
    fields.fail(
        "id", "1 to 128 letters, digits, \".\", \"_\" or \"-\", and neither \".\" nor \"-\" first");
  job.task = kTasks[fields.choose("task", kTasks, 0)];
  GenerateOptions& o = job.options;
  read_model(fields.object("model"), job);
  if (job.task != "decode") fields.require({"prompt"});
  fields.read("prompt", o.prompt);
  if (o.prompt.size() > kMostText) fail_of_length(fields, "prompt", o.prompt);
  read_text(fields, "negative_prompt", o.negative_prompt);
  read_text(fields, "source_prompt", o.source_prompt);
  read_name(fields, "input", o.input);
  read_name(fields, "first_frame", o.first_frame);
  read_name(fields, "from_latents", o.from_latents);
  read_name(fields, "initial_latents", o.initial_latents);
  fields.read("invert", o.invert);
  if (o.invert) o.strength = 1;  // back to pure noise, unless it is said
  fields.read("strength", o.strength, 0, 1);
  read_size(fields, o.size);
  read_sampling(fields.object("sampling"), o.sampling);
  fields.read("seed", o.sampling.seed);
  read_noise(fields.object("noise"), o.sampling);
  o.compute.determinism =
      static_cast<Determinism>(fields.choose("determinism", {"default", "strict"}, 0));
  read_checkpoint(fields.object("checkpoint"), job);
  read_vae(fields.object("vae"), o.vae);
  read_compute(fields.object("compute"), o.compute);
  read_limits(fields.object("limits"), job);
  read_output(fields.object("output"), job);
  fields.read("consistency", job.options.output.consistency);
  fields.finish();
  check_task(fields, job);
  check_strict(fields, o);
  job.effective = document.value.dump(2) + "\n";
  return job;
}

}  // namespace flowreel
