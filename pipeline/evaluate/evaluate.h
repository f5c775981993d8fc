// Whether a model obeys its prompts: clips of captions that training never saw, looked at by
// classical vision.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/evaluate/interval.h"
#include "pipeline/evaluate/judge.h"
#include "pipeline/evaluate/observe.h"
#include "pipeline/generate/events.h"
#include "pipeline/generate/options.h"
#include "pipeline/train/shapes/scene.h"
#include "pipeline/train/shapes/split.h"

namespace flowreel {

// What is judged.
enum class ClipMaker {
  kModel,        // clips of the captions
  kAutoencoder,  // the scenes as rendered, through the model's autoencoder: what that alone costs
  kRenderer,     // the scenes as rendered, without a model: what the evaluator itself costs
};

struct EvaluateOptions {
  EvaluateOptions() { sampling.steps = 20; }

  std::string model;  // diffusers pipeline directory
  int64_t prompts = 200;
  // Of the scenes draw_scene(seed, 0, 1, …); clip i begins from the noise of seed + i. Here
  // sampling.seed has no effect.
  uint64_t seed = 42;
  shapes::Split split = shapes::Split::kHeldOut;
  ClipMaker maker = ClipMaker::kModel;
  SizeOptions size;  // unset: 128 x 128, 33 frames
  SamplingOptions sampling;
  VaeOptions vae;
  ComputeOptions compute;
};

// How near an autoencoder's clip is to its source, means over the frames: PSNR in dB, SSIM, and
// flicker_mc of both in levels (empty where it cannot be measured).
struct Reconstruction {
  double psnr = 0, ssim = 0;
  std::optional<double> source_flicker, flicker;
};

struct JudgedClip {
  shapes::Scene scene;
  std::string caption;
  Observation seen;
  Verdict verdict;
  std::optional<Reconstruction> reconstruction = {};  // ClipMaker::kAutoencoder
};

// Sees each clip, [F,H,W,3] uint8 RGB, as soon as it is judged.
using ClipObserver = std::function<void(const at::Tensor& frames, const JudgedClip& clip)>;

// Makes and judges clips of one-shape scenes; frames go from the decoder to the judge without a
// codec between. Stages "text", "sample" and "decode", each for all prompts before the next, so
// that no two networks are in memory at once; "judge" for the other makers. UsageError for options
// out of range; errors of generate(), but a clip of one colour is only wrong.
std::vector<JudgedClip> evaluate(const EvaluateOptions& options, const Events& events,
                                 const ClipObserver& observer = {});

struct Rate {
  std::string property;  // "shape", "colour", "motion", "background", "all four"
  int64_t right = 0, of = 0;
  Interval interval;
};

// One row per property, in that order.
std::vector<Rate> rates(const std::vector<JudgedClip>& clips);

}  // namespace flowreel
