#include "pipeline/generate/validate.h"

#include <cmath>

#include "errors/error.h"
#include "errors/quote.h"
#include "models/text/utf8.h"
#include "pipeline/flow/solver.h"

namespace flowreel {
namespace {

void exclude(const char* a, bool has_a, const char* b, bool has_b) {
  if (has_a && has_b)
    throw UsageError(std::string(a) + " and " + b + " exclude each other; give only one");
}

void check_range(const char* name, double value, double low, double high) {
  if (value >= low && value <= high) return;  // false for NaN
  throw UsageError(std::string(name) + " is " + number_text(value) + ", expected " +
                   number_text(low) + " to " + number_text(high));
}

void check_text(const char* name, const std::string& text) {
  if (!is_valid_utf8(text)) {
    throw DataError(std::string("the ") + name + " is not valid UTF-8; expected Unicode text");
  }
  if (text.find('\0') != std::string::npos)
    throw DataError(std::string("the ") + name + " has a zero byte; expected text");
}

void check_inversion(const GenerateOptions& o) {
  if (o.source_prompt && !o.invert)
    throw UsageError("--source-prompt has no effect without --invert");
  if (!o.invert) return;
  if (o.input.empty()) throw UsageError("--invert needs --input, the clip to begin from");
  exclude("--invert", true, "--initial-latents", !o.initial_latents.empty());
  if (find_solver(o.sampling.solver).goes_back) return;
  std::string names;
  for (const Solver& solver : solvers()) {
    if (solver.goes_back) names += (names.empty() ? "" : ", ") + std::string(solver.name);
  }
  throw UsageError("--solver is " + o.sampling.solver +
                   ", which goes from noise to data only; expected one of " + names +
                   " with --invert");
}

// What was asked for and would have no effect.
void check_sampling(const SamplingOptions& s) {
  find_solver(s.solver);
  if (s.tolerance && s.solver != "dopri5")
    throw UsageError("--tolerance has no effect with --solver " + s.solver + "; it is for dopri5");
  if (s.tolerance) check_range("--tolerance", *s.tolerance, 1e-9, 1);
  if (s.grid != TimeGrid::kUniform && !s.sigmas.empty())
    throw UsageError("--grid and --sigmas exclude each other; give only one");
  check_range("--cfg-rescale", s.cfg_rescale, 0, 1);
  if (s.cfg_scale <= 1 && (s.cfg_rescale > 0 || s.cfg_interval)) {
    throw UsageError(std::string(s.cfg_rescale > 0 ? "--cfg-rescale" : "--cfg-interval") +
                     " has no effect with --cfg-scale " + number_text(s.cfg_scale) +
                     "; give a scale above 1");
  }
  if (!s.cfg_interval) return;
  const auto [low, high] = *s.cfg_interval;
  if (low >= 0 && low < high && high <= 1) return;
  throw UsageError("--cfg-interval is " + number_text(low) + " to " + number_text(high) +
                   ", expected two noise levels that rise within 0 and 1");
}

}  // namespace

void validate(const GenerateOptions& o) {
  const bool has_input = !o.input.empty(), has_first = !o.first_frame.empty();
  const bool has_latents = !o.from_latents.empty();
  exclude("--input", has_input, "--first-frame", has_first);
  exclude("--from-latents", has_latents, "--input", has_input);
  exclude("--from-latents", has_latents, "--first-frame", has_first);
  exclude("--from-latents", has_latents, "--initial-latents", !o.initial_latents.empty());
  exclude("--from-latents", has_latents, "--width, --height or --num-frames",
          o.size.width || o.size.height || o.size.num_frames);
  check_range("--strength", o.strength, 0, 1);
  check_range("--embedded-guidance-scale", o.sampling.embedded_guidance_scale.value_or(0), 0, 1000);
  check_range("--cfg-scale", o.sampling.cfg_scale, 1, 1000);
  if (o.negative_prompt && o.sampling.cfg_scale <= 1) {
    throw UsageError("--negative-prompt has no effect with --cfg-scale " +
                     number_text(o.sampling.cfg_scale) + "; give a scale above 1");
  }
  if (o.compute.determinism == Determinism::kStrict && o.vae.mode == TilingMode::kAuto) {
    throw UsageError(
        "--vae-tiling is auto, which depends on free memory; expected on or off with "
        "--deterministic strict");
  }
  if (o.checkpoint.every_steps < 0) {
    throw UsageError("--checkpoint-every is " + std::to_string(o.checkpoint.every_steps) +
                     ", expected 0 or more steps");
  }
  check_sampling(o.sampling);
  check_inversion(o);
  check_texts(o);
}

void check_texts(const GenerateOptions& o) {
  check_text("prompt", o.prompt);
  check_text("negative prompt", o.negative_prompt.value_or(""));
  check_text("source prompt", o.source_prompt.value_or(""));
}

std::string task_name(const GenerateOptions& o) {
  if (!o.from_latents.empty()) return "decode";
  if (!o.input.empty()) return "v2v";
  return o.first_frame.empty() ? "t2v" : "i2v";
}

}  // namespace flowreel
