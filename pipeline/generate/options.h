// Everything that decides what a run computes and where it goes. Plain values with the published
// model's defaults; generate.h says what is checked.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/vae/tiling.h"
#include "pipeline/flow/schedule.h"

namespace flowreel {

enum class NoiseRng { kPhilox, kTorchCpu };
enum class TilingMode { kOff, kOn, kAuto };

// What is promised about the bits of a result beyond the same job on the same machine.
//   kDefault  they may depend on the number of threads; a decode that runs out of memory is tried
//             again in smaller tiles, which the manifest says.
//   kStrict   on one class of CPU they depend on nothing but the job: not on the number of threads,
//             of cores, or of jobs beside it, and not on free memory. Computing goes on in
//             kStrictThreads threads, which share the `threads` cores that it may use.
enum class Determinism { kDefault, kStrict };
inline constexpr int kStrictThreads = 4;

// Where and in what type to compute. device: "auto", "cpu", "cuda" or "cuda:N". dtype: "auto",
// "float32", "bfloat16" or "float16"; auto is float32 on the CPU, and on CUDA bfloat16 for the
// transformer and float16 for the text encoders and the VAE (diffusers' advice for HunyuanVideo).
struct ComputeOptions {
  std::string device = "auto";
  std::string dtype = "auto";
  int threads = 0;  // of the CPU; 0: one per core. Strict: cores to use; 0: all
  Determinism determinism = Determinism::kDefault;
  // GiB that the whole run may need by the estimate of memory_budget.h; unset: what the device can
  // give; 0: no check.
  std::optional<double> max_memory_gib;
};

// Unset width, height and num_frames mean the input's own, or the published default without an
// input.
struct SizeOptions {
  std::optional<int64_t> width, height, num_frames;
  std::optional<double> fps;
};

struct SamplingOptions {
  std::string solver = "euler";
  int steps = 50;
  std::optional<double> flow_shift;  // unset: the scheduler's own
  TimeGrid grid = TimeGrid::kUniform;
  std::vector<double> sigmas;       // replaces the grid; see ScheduleOptions
  std::optional<double> tolerance;  // of dopri5; unset: SolveOptions' own
  // Unset: 6 where the model embeds guidance; set for a model that does not, it has no effect
  // and a notice says so.
  std::optional<double> embedded_guidance_scale;
  double cfg_scale = 1.0;  // true classifier-free guidance when above 1
  double cfg_rescale = 0;  // GuidanceOptions::rescale
  // Lowest and highest noise level to guide at; unset: all.
  std::optional<std::array<double, 2>> cfg_interval;
  uint64_t seed = 42;
  NoiseRng noise_rng = NoiseRng::kPhilox;
};

struct VaeOptions {
  TilingMode mode = TilingMode::kOff;  // not kAuto: its choice depends on the free memory
  VaeTiling tiles;                     // `spatial` is decided by mode
};

struct OutputOptions {
  std::string path;      // of the clip
  std::string manifest;  // empty: beside the clip, with the ending .json
  std::string codec = "h264";
  double crf = -1;      // -1: the codec's default
  int64_t bitrate = 0;  // bits per second; takes the place of crf when > 0
  int encoder_threads = 4;
  bool overwrite = false;
  std::string frames_dir;     // also PNG frames; empty: none
  std::string contact_sheet;  // PNG with some of the frames; empty: none
  std::string save_latents;   // final latents, safetensors; empty: none
  std::string dump_tensors;   // folder for intermediate tensors; empty: none
  bool allow_blank = false;
  bool consistency = false;  // measure the frames as they are written; results in the manifest
};

// Where a run keeps what it goes on from when it was stopped or killed: its state after every so
// many steps, when it is asked to stop, and always before it decodes.
struct CheckpointOptions {
  std::string file;      // safetensors; empty: nothing is kept
  int every_steps = 10;  // 0: only at the other two
};

struct GenerateOptions {
  std::string model;
  std::map<std::string, std::string> weights_sha256;  // by component, as in manifests; empty: any
  std::string prompt;
  std::optional<std::string> negative_prompt;
  std::string input;      // clip to start from; empty: none
  double strength = 0.8;  // of the change to `input`, 0..1
  // The noise is not drawn, but the one that the ODE leads back to from `input` under
  // source_prompt, without guidance; unset: under the prompt itself.
  bool invert = false;
  std::optional<std::string> source_prompt;
  std::string first_frame;                    // image held as the first frame; empty: none
  std::string initial_latents, from_latents;  // safetensors files; empty: none
  SizeOptions size;
  SamplingOptions sampling;
  VaeOptions vae;
  ComputeOptions compute;
  OutputOptions output;
  CheckpointOptions checkpoint;
  std::string job;    // this run as a job file, JSON, for the manifest; or empty
  std::string order;  // the job file that it was ordered by, JSON, likewise; or empty
};

struct ReconstructOptions {
  std::string model;
  std::string input;
  SizeOptions size;
  VaeOptions vae;
  ComputeOptions compute;
  OutputOptions output;
};

}  // namespace flowreel
