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

struct EvaluateOptions {
  EvaluateOptions() { sampling.steps = 20; }

  std::string model;  // diffusers pipeline directory
  int64_t prompts = 200;
  // Of the scenes draw_scene(seed, 0, 1, …); clip i begins from the noise of seed + i. Here
  // sampling.seed has no effect.
  uint64_t seed = 42;
  shapes::Split split = shapes::Split::kHeldOut;
  // Judges the scenes as the renderer draws them, without a model: what the evaluator itself costs.
  bool ground_truth = false;
  SizeOptions size;  // unset: 128 x 128, 33 frames
  SamplingOptions sampling;
  VaeOptions vae;
  ComputeOptions compute;
};

struct JudgedClip {
  shapes::Scene scene;
  std::string caption;
  Observation seen;
  Verdict verdict;
};

// Sees each clip, [F,H,W,3] uint8 RGB, as soon as it is judged.
using ClipObserver = std::function<void(const at::Tensor& frames, const JudgedClip& clip)>;

// Makes and judges clips of one-shape scenes; frames go from the decoder to the judge without a
// codec between. Stages "text", "sample" and "decode", each for all prompts before the next, so
// that no two networks are in memory at once; "judge" for ground truth. UsageError for options out
// of range; errors of generate(), but a clip of one colour is only wrong.
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
