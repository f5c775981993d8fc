// Everything that decides what a run computes and where it goes. Plain values with the published
// model's defaults; generate.h says what is checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/vae/tiling.h"

namespace flowreel {

enum class NoiseRng { kPhilox, kTorchCpu };
enum class TilingMode { kOff, kOn, kAuto };

// Where and in what type to compute. device: "auto", "cpu", "cuda" or "cuda:N". dtype: "auto",
// "float32", "bfloat16" or "float16"; auto is float32 on the CPU, and on CUDA bfloat16 for the
// transformer and float16 for the text encoders and the VAE (diffusers' advice for HunyuanVideo).
struct ComputeOptions {
  std::string device = "auto";
  std::string dtype = "auto";
  int threads = 0;  // of the CPU; 0: one per core
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
  std::vector<double> sigmas;        // replaces the even grid; see ScheduleOptions
  // Unset: 6 where the model embeds guidance; set for a model that does not, it has no effect
  // and a notice says so.
  std::optional<double> embedded_guidance_scale;
  double cfg_scale = 1.0;  // true classifier-free guidance when above 1
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
};

struct GenerateOptions {
  std::string model;
  std::string prompt;
  std::optional<std::string> negative_prompt;
  std::string input;                          // clip to start from; empty: none
  double strength = 0.8;                      // of the change to `input`, 0..1
  std::string first_frame;                    // image held as the first frame; empty: none
  std::string initial_latents, from_latents;  // safetensors files; empty: none
  SizeOptions size;
  SamplingOptions sampling;
  VaeOptions vae;
  ComputeOptions compute;
  OutputOptions output;
  std::string job;  // as JSON: what the manifest shall say that this run was ordered by; or empty
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
