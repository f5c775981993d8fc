// A small run that trains in milliseconds: one linear layer learns a linear map from noisy data.
#pragma once

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "models/layers/linear.h"
#include "pipeline/train/trainer.h"

namespace flowreel {

// A folder of its own, removed at the end. The process of a death test, which begins anew, finds
// that of its parent through the environment.
class RunFolder {
 public:
  RunFolder() {
    constexpr const char* kVariable = "FLOWREEL_TEST_RUN_FOLDER";
    if (::testing::internal::InDeathTestChild() && std::getenv(kVariable) != nullptr) {
      path_ = std::getenv(kVariable);
      return;
    }
    std::string pattern =
        (std::filesystem::temp_directory_path() / "flowreel_train_XXXXXX").string();
    path_ = mkdtemp(pattern.data());
    ::setenv(kVariable, path_.c_str(), /*overwrite=*/1);
  }
  ~RunFolder() { std::filesystem::remove_all(path_); }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

class ToyRun {
 public:
  explicit ToyRun(const std::string& folder) {
    weight(layer_.weight, 0.1);
    weight(layer_.bias, 0.2);
    append_trainable(job.parameters, layer_, "layer.");
    job.batches = [](uint32_t number) {
      return Batch{Draw{7, number}.normal({16, 4}, Use::kData), {}};
    };
    job.validation = job.batches;
    job.objective = [this](const Batch& batch, const Draw& draw) {
      const at::Tensor target = batch.data * 2 + 0.01 * draw.normal({16, 4}, Use::kNoise) + 1;
      Loss loss;
      loss.total = (layer_(batch.data) - target).square().mean();
      loss.terms = {{"twice", 2 * loss.total.item<double>()}};
      return loss;
    };
    options.folder = folder;
    options.steps = 40;
    options.accumulate = 2;
    options.learning_rate.peak = 0.05;
    options.learning_rate.warmup_steps = 3;
    options.learning_rate.decay = Decay::kCosine;
    options.checkpoint_every = 5;
    options.validate_every = 10;
    options.seed = 3;
    options.fingerprint = "toy";
  }

  void operator()() { train(job, options, events); }

  // All parameters, one after the other.
  at::Tensor result() const {
    return at::cat({layer_.weight.value.detach().flatten(), layer_.bias.value.detach()});
  }

  TrainingJob job;
  TrainerOptions options;
  TrainingEvents events;

 private:
  static void weight(Parameter& parameter, double value) {
    parameter.value = at::full(parameter.shape, value);
  }

  Linear layer_{4, 4};
};

}  // namespace flowreel
