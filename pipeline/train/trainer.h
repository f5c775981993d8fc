// The training loop: batches through an objective into parameters, whatever they are.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <string>

#include "pipeline/train/learning_rate.h"
#include "pipeline/train/objective.h"
#include "pipeline/train/optimizer.h"
#include "pipeline/train/parameters.h"

namespace flowreel {

struct TrainerOptions {
  std::string folder;      // of this run; made when it is not there
  int64_t steps = 1000;    // updates of the parameters
  int64_t accumulate = 1;  // batches per update
  LearningRate learning_rate;
  OptimizerOptions optimizer;
  double clip_norm = 1.0;    // of all gradients together; 0: never clipped
  double ema_decay = 0.999;  // 0: no averaging
  uint64_t seed = 0;
  bool bfloat16 = false;    // autocast in the steps of training; validation is in float32
  bool resume = false;      // from the newest checkpoint in `folder`
  std::string fingerprint;  // what must be the same for a run to go on
  // Every how many steps; 0: never. A checkpoint is also written at the end and when stopped.
  int64_t log_every = 10, validate_every = 0, checkpoint_every = 0, sample_every = 0;
  int64_t validation_batches = 4;
  int64_t keep_checkpoints = 2;
};

// Batch number n of a data set, a pure function of n.
using BatchSource = std::function<Batch(uint32_t number)>;

struct TrainingJob {
  NamedParameters parameters;
  Objective objective;
  BatchSource batches;
  BatchSource validation;  // may be empty
  // Called with the averaged weights in place, at the step given; may be empty.
  std::function<void(int64_t step)> sample;
};

struct TrainingProgress {
  int64_t step = 0, steps = 0;
  double loss = 0;              // mean over the steps since the last report
  double seconds_per_step = 0;  // likewise
};

// Every member may be empty.
struct TrainingEvents {
  std::function<void(const TrainingProgress&)> progress;
  std::function<void(const std::string& text)> notice;
  std::function<bool()> stop_requested;  // asked after every step
};

// Runs to the last step and leaves the averaged weights in the parameters. FOLDER/loss.csv holds
// the losses, FOLDER/checkpoints the state. On one machine with one number of threads, in float32
// on the CPU, a run that was stopped or killed and resumed ends with the same bits as one that was
// not.
//
// UsageError: options out of range; OutputError: the folder holds a run already and `resume` is not
// set; ConfigError: it was another configuration's; MissingInputError: nothing to resume;
// NumericsError: a loss or a gradient is not finite (named with its step; nothing is saved after
// it); Interrupted: stopped on request, with a checkpoint of the last step; IoError as
// save_checkpoint.
void train(const TrainingJob& job, const TrainerOptions& options, const TrainingEvents& events);

}  // namespace flowreel
