// Rectified flow (Liu, Gong & Liu, "Flow Straight and Fast", arXiv 2209.03003, algorithm 1): a
// teacher carries noise to samples, a student learns the straight ways between the two, and is the
// next round's teacher.
#pragma once

#include "pipeline/train/plan.h"

namespace flowreel {

struct TeacherOptions {
  std::string solver = "euler";  // of the table in solver.h; one that follows an ODE
  int64_t steps = 20;
  double shift = 0;      // of the schedule; 0: the model's own
  double cfg_scale = 1;  // of round 1; later teachers have learnt it
  int64_t batch = 32;    // pairs that are made together, and one file
};

struct ReflowPlan {
  // A diffusers pipeline directory with weights, whose transformer predicts a velocity.
  std::string model;
  int64_t rounds = 1;
  int64_t pairs = 4096, validation_pairs = 64;  // of each round
  TeacherOptions teacher;
  bool train_text = true;     // the text encoders too
  double guidance_scale = 6;  // shown to a transformer that embeds guidance
  DataOptions data;           // its captions, and the size of its clips
  int64_t batch = 16;
  at::Device device = at::kCPU;
  CfmOptions cfm;
  TrainerOptions trainer;  // of every round; `folder` is that of the whole run
  at::ScalarType save_as = at::kHalf;
};

// ClipsSink of a round, by the round's folder.
using RoundSink =
    std::function<void(const std::string& folder, int64_t step, const at::Tensor& clips,
                       const std::vector<std::string>& captions)>;

// RUN/round_1, RUN/round_2, …
std::string round_folder(const std::string& run, int64_t round);

// Every round's folder has pairs/, what train() writes, paths.csv
// ("model,straightness,transport,error", teacher and student on the noise and captions of the
// validation pairs, per element of a sample, see Carried; error is the squared distance of the
// student's samples from the teacher's) and at its end model/; the last of these also becomes
// RUN/model. A student begins with its teacher's weights. A run that was stopped or killed goes on
// with trainer.resume, to the same bits (see train()). Errors as train(), write_model(), PairSet
// and carry(). OutputError: the run is finished, or has begun and resume is not set. DataError: a
// model that predicts noise; sizes that do not fit.
void run_reflow(const ReflowPlan& plan, const ClipSets& clips, const CaptionTokenizer& tokenizer,
                const TrainingEvents& events, const RoundSink& samples = {});

}  // namespace flowreel
