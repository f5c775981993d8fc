// What one training run of a pipeline's networks is: everything that a configuration can say.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "pipeline/train/caption_ids.h"
#include "pipeline/train/cfm.h"
#include "pipeline/train/clip_set.h"
#include "pipeline/train/data_options.h"
#include "pipeline/train/ddpm.h"
#include "pipeline/train/trainer.h"
#include "pipeline/train/vae_objective.h"
#include "pipeline/train/window.h"

namespace flowreel {

enum class TrainingGoal {
  kVae,   // the autoencoder, by vae_objective
  kCfm,   // the transformer with its text encoders, by cfm
  kDdpm,  // the same, by ddpm_objective: the baseline
};

struct TrainingPlan {
  TrainingGoal goal = TrainingGoal::kCfm;
  // A diffusers pipeline directory. A component whose folder has no weights begins at random.
  std::string model;
  bool fresh = false;         // what is trained begins at random even where there are weights
  bool train_text = true;     // kCfm, kDdpm: the text encoders too
  double guidance_scale = 6;  // kCfm, kDdpm: shown to a transformer that embeds guidance
  DataOptions data;
  int64_t batch = 16;
  // kCfm, kDdpm: of an endless set, this many clips are encoded once; 0: every clip is new. The
  // clips of a set that ends are always encoded once.
  int64_t cached_clips = 0;
  std::string cache;  // folder of latents that are kept; default: RUN/latents
  at::Device device = at::kCPU;
  CfmOptions cfm;
  DdpmOptions ddpm;
  VaeObjectiveOptions vae;
  ClipWindow window;  // kVae: what is cut out of each clip
  TrainerOptions trainer;
  at::ScalarType save_as = at::kHalf;
};

// Clips of a few captions of the validation set, [n,3,F,H,W] in [-1,1] on the CPU, made after
// `step` steps with the averaged weights: samples of the flow, or reconstructions of the
// autoencoder.
using ClipsSink = std::function<void(int64_t step, const at::Tensor& clips,
                                     const std::vector<std::string>& captions)>;

// Makes the clips that the options name. `tokenizer` may be empty, else it is asked to take every
// caption of a set that ends. Errors: what the data set's maker says.
using ClipSetsMaker =
    std::function<ClipSets(const DataOptions& data, at::Device device,
                           const CaptionTokenizer& tokenizer, const TrainingEvents& events)>;

// Builds what the plan names, trains on the clips (of plan.data, on plan.device), and writes
// FOLDER/model, a pipeline directory with the trained components. Errors as train() and
// write_model(); MissingInputError: a network that is not trained has no weights; DataError: the
// model's parts, or its sizes and the clips', do not fit together.
void run_training(const TrainingPlan& plan, const ClipSets& clips,
                  const CaptionTokenizer& tokenizer, const TrainingEvents& events,
                  const ClipsSink& samples = {});

}  // namespace flowreel
