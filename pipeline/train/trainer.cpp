#include "pipeline/train/trainer.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <chrono>
#include <cmath>
#include <filesystem>

#include "errors/error.h"
#include "pipeline/train/autocast.h"
#include "pipeline/train/checkpoint.h"
#include "pipeline/train/ema.h"
#include "pipeline/train/loss_log.h"

namespace flowreel {
namespace {

namespace fs = std::filesystem;
// Draws of the validation set are the same at every step, and never those of training.
constexpr uint64_t kValidationSeed = 0x76616C6964617465;

void check(const TrainerOptions& o) {
  const auto expect = [](bool holds, const char* name, const auto& value, const char* expected) {
    if (!holds) throw UsageError(c10::str(name, " is ", value, ", expected ", expected));
  };
  expect(o.steps >= 1, "steps", o.steps, "at least 1");
  expect(o.accumulate >= 1, "accumulate", o.accumulate, "at least 1");
  expect(o.steps * o.accumulate <= 0xFFFFFFFF, "steps times accumulate", o.steps * o.accumulate,
         "less than 2^32");
  expect(o.learning_rate.peak > 0, "learning_rate", o.learning_rate.peak, "a positive number");
  expect(o.ema_decay >= 0 && o.ema_decay < 1, "ema_decay", o.ema_decay, "0 to 1, without 1");
  expect(o.clip_norm >= 0, "clip_norm", o.clip_norm, "0 (off) or more");
  expect(o.keep_checkpoints >= 1, "keep_checkpoints", o.keep_checkpoints, "at least 1");
}

bool is_due(int64_t every, int64_t step) { return every > 0 && step % every == 0; }

class Run {
 public:
  Run(const TrainingJob& job, const TrainerOptions& options, const TrainingEvents& events)
      : job_(job),
        options_(options),
        events_(events),
        optimizer_(job.parameters, options.optimizer),
        ema_(job.parameters, options.ema_decay) {}

  void operator()() {
    LossLog log(options_.folder + "/loss.csv", start());
    log_ = &log;
    began_ = Clock::now();
    while (step_ < options_.steps) {
      update();
      ++step_;
      const bool stop = events_.stop_requested && events_.stop_requested();
      if (is_due(options_.log_every, step_) || step_ == options_.steps) report();
      if (is_due(options_.validate_every, step_) && job_.validation) validate();
      const bool saves =
          is_due(options_.checkpoint_every, step_) || step_ == options_.steps || stop;
      if (saves) save();
      if (is_due(options_.sample_every, step_) && job_.sample) sample();
      if (stop && step_ < options_.steps) {
        throw Interrupted("stopped after step " + std::to_string(step_) + " of " +
                          std::to_string(options_.steps) + "; --resume " + options_.folder +
                          " goes on from there");
      }
    }
    leave_averages();
  }

 private:
  using Clock = std::chrono::steady_clock;

  Autocast bfloat16_if_asked() const {
    return Autocast(options_.bfloat16, job_.parameters[0].parameter->value.device().type());
  }

  std::string checkpoints() const { return options_.folder + "/checkpoints"; }

  // The step to go on after.
  int64_t start() {
    std::error_code error;
    fs::create_directories(options_.folder, error);
    if (error) throw OutputError(options_.folder + ": cannot be made: " + error.message());
    std::optional<TrainingState> state = load_newest_checkpoint(checkpoints());
    if (!options_.resume) {
      if (state) {
        throw OutputError(options_.folder + ": holds a run with " + std::to_string(state->step) +
                          " steps done; go on with --resume, or name another folder");
      }
      return 0;
    }
    if (!state) throw MissingInputError(checkpoints() + ": no checkpoint to resume from");
    if (state->fingerprint != options_.fingerprint || state->seed != options_.seed) {
      throw ConfigError(options_.folder +
                        ": was begun with another configuration, or other clips, than those given "
                        "now; a run goes on only under its own");
    }
    restore(*state);
    return step_ = state->step;
  }

  // Every tensor of the state by name: (name, where it lives).
  void visit_state(const std::function<void(const std::string&, at::Tensor)>& visitor) {
    for (const auto& [name, value] : values_of(job_.parameters))
      visitor("parameter." + name, value);
    for (const auto& [name, value] : ema_.values()) visitor("average." + name, value);
    optimizer_.visit_state(visitor);
  }

  void restore(const TrainingState& state) {
    const at::NoGradGuard no_grad;
    visit_state([&](const std::string& name, at::Tensor value) {
      const auto found = state.tensors.find(name);
      if (found == state.tensors.end() || found->second.sizes() != value.sizes()) {
        throw DataError(checkpoints() + ": the checkpoint does not fit the model: " + name +
                        (found == state.tensors.end() ? " is missing" : " has another shape"));
      }
      value.copy_(found->second);
    });
    optimizer_.resume_at(state.step);
  }

  void save() {
    log_->save();
    TrainingState state;
    state.step = step_;
    state.seed = options_.seed;
    state.fingerprint = options_.fingerprint;
    visit_state([&](const std::string& name, at::Tensor value) { state.tensors[name] = value; });
    save_checkpoint(checkpoints(), state, options_.keep_checkpoints);
  }

  void update() {
    optimizer_.zero_grad();
    for (int64_t i = 0; i < options_.accumulate; ++i) {
      const auto number = static_cast<uint32_t>(step_ * options_.accumulate + i);
      const Batch batch = job_.batches(number);
      const Autocast autocast = bfloat16_if_asked();
      const Loss loss = job_.objective(batch, Draw{options_.seed, number});
      const double value = loss.total.item<double>();
      if (!std::isfinite(value)) {
        throw NumericsError("the loss of step " + std::to_string(step_ + 1) + " is " +
                            std::to_string(value) + "; the last checkpoint is the one before it");
      }
      (loss.total / static_cast<double>(options_.accumulate)).backward();
      add_terms(loss, value);
    }
    gradient_norm_ = clip_gradients(job_.parameters, options_.clip_norm);
    if (!std::isfinite(gradient_norm_))
      throw NumericsError("the gradient of step " + std::to_string(step_ + 1) + " is not finite");
    {
      const Autocast autocast = bfloat16_if_asked();  // for the products in Muon
      optimizer_.step(options_.learning_rate.at(step_, options_.steps));
    }
    ema_.update(step_);
  }

  void add_terms(const Loss& loss, double total) {
    sums_["total"] += total;
    for (const auto& [name, value] : loss.terms) sums_[name] += value;
    ++summed_;
  }

  void report() {
    const double steps = static_cast<double>(summed_) / static_cast<double>(options_.accumulate);
    const double seconds = std::chrono::duration<double>(Clock::now() - began_).count();
    const auto mean = [this](double sum) { return sum / static_cast<double>(summed_); };
    for (const auto& [name, sum] : sums_) log_->add(step_, "train", name, mean(sum));
    log_->add(step_, "train", "learning_rate",
              options_.learning_rate.at(step_ - 1, options_.steps));
    log_->add(step_, "train", "gradient_norm", gradient_norm_);
    if (events_.progress)
      events_.progress({step_, options_.steps, mean(sums_["total"]), seconds / steps});
    sums_.clear();
    summed_ = 0;
    began_ = Clock::now();
  }

  void validate() {
    const at::NoGradGuard no_grad;
    const Ema::Applied applied(ema_);
    std::map<std::string, double> sums;
    for (int64_t i = 0; i < options_.validation_batches; ++i) {
      const auto number = static_cast<uint32_t>(i);
      const Loss loss =
          job_.objective(job_.validation(number), Draw{options_.seed ^ kValidationSeed, number});
      sums["total"] += loss.total.item<double>();
      for (const auto& [name, value] : loss.terms) sums[name] += value;
    }
    for (const auto& [name, sum] : sums)
      log_->add(step_, "validation", name, sum / static_cast<double>(options_.validation_batches));
    if (events_.notice) {
      events_.notice(
          "step " + std::to_string(step_) + ": validation loss " +
          std::to_string(sums["total"] / static_cast<double>(options_.validation_batches)));
    }
  }

  void sample() {
    const at::NoGradGuard no_grad;
    const Ema::Applied applied(ema_);
    job_.sample(step_);
  }

  void leave_averages() {
    const at::NoGradGuard no_grad;
    const std::map<std::string, at::Tensor> averages = ema_.values();
    for (const auto& [name, parameter] : job_.parameters)
      parameter->value = averages.at(name).detach().clone();
  }

  const TrainingJob& job_;
  const TrainerOptions& options_;
  const TrainingEvents& events_;
  Optimizer optimizer_;
  Ema ema_;
  LossLog* log_ = nullptr;
  int64_t step_ = 0;
  std::map<std::string, double> sums_;
  int64_t summed_ = 0;
  double gradient_norm_ = 0;
  Clock::time_point began_;
};

}  // namespace

void train(const TrainingJob& job, const TrainerOptions& options, const TrainingEvents& events) {
  check(options);
  if (job.parameters.empty()) throw UsageError("there is no parameter to train");
  Run(job, options, events)();
}

}  // namespace flowreel
