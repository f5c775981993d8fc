#include "pipeline/train/trainer.h"

#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "errors/error.h"
#include "pipeline/train/checkpoint.h"
#include "tests/pipeline/train/toy_run.h"

namespace flowreel {
namespace {

at::Tensor unbroken(const RunFolder& folder) {
  ToyRun run(folder / "unbroken");
  run();
  return run.result();
}

std::string error_of(ToyRun& run) {
  try {
    run();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Trainer, LearnsAndLogs) {
  const RunFolder folder;
  ToyRun run(folder / "run");
  run.options.steps = 400;
  run.options.ema_decay = 0.9;
  run();
  const at::Tensor expected = at::cat({(at::eye(4) * 2).flatten(), at::ones({4})});
  EXPECT_LT((run.result() - expected).abs().max().item<double>(), 0.02);
  std::ifstream log(folder / "run/loss.csv");
  const std::string text((std::istreambuf_iterator<char>(log)), {});
  for (const char* part : {"step,set,name,value\n", "10,train,total,", "10,train,twice,",
                           "10,train,learning_rate,", "10,validation,total,"})
    EXPECT_NE(text.find(part), std::string::npos) << part;
}

TEST(Trainer, StoppedAndResumedEndsWithTheSameBits) {
  const RunFolder folder;
  const at::Tensor expected = unbroken(folder);
  for (int stop_after : {1, 7, 39}) {
    ToyRun first(folder / ("stop" + std::to_string(stop_after)));
    int steps = 0;
    first.events.stop_requested = [&] { return ++steps == stop_after; };
    EXPECT_THROW(first(), Interrupted);
    ToyRun second(first.options.folder);  // starts from other values than where `first` ended
    second.options.resume = true;
    second();
    EXPECT_TRUE(at::equal(second.result(), expected)) << stop_after;
  }
}

// Autograd does not survive fork(): the process that is killed begins anew.
class KilledTrainer : public ::testing::TestWithParam<int> {
 protected:
  KilledTrainer() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_P(KilledTrainer, ResumedEndsWithTheSameBits) {
  const RunFolder folder;
  ToyRun run(folder / "run");
  int steps = 0;
  run.events.stop_requested = [&] {
    if (++steps == GetParam()) ::kill(::getpid(), SIGKILL);
    return false;
  };
  EXPECT_EXIT(run(), ::testing::KilledBySignal(SIGKILL), "");
  run.events.stop_requested = nullptr;
  run.options.resume = true;
  run();
  EXPECT_TRUE(at::equal(run.result(), unbroken(folder)));
}

INSTANTIATE_TEST_SUITE_P(AfterStep, KilledTrainer, ::testing::Values(6, 13, 20, 39));

TEST(Trainer, DecidesByTheSeed) {
  const RunFolder folder;
  ToyRun run(folder / "run");
  run.options.seed = 4;
  run();
  EXPECT_FALSE(at::equal(run.result(), unbroken(folder)));
}

TEST(Trainer, ANotFiniteLossIsAnErrorAndIsNotSaved) {
  const RunFolder folder;
  ToyRun run(folder / "run");
  const Objective good = run.job.objective;
  run.job.objective = [&](const Batch& batch, const Draw& draw) {
    Loss loss = good(batch, draw);
    if (draw.number == 24) loss.total = loss.total * std::numeric_limits<double>::quiet_NaN();
    return loss;
  };
  EXPECT_NE(error_of(run).find("the loss of step 13 is nan"), std::string::npos);
  const auto state = load_newest_checkpoint(folder / "run/checkpoints");
  ASSERT_TRUE(state);
  EXPECT_EQ(state->step, 10);
  for (const auto& [name, tensor] : state->tensors)
    EXPECT_TRUE(tensor.isfinite().all().item<bool>());
}

TEST(Trainer, ANotFiniteGradientIsAnError) {
  const RunFolder folder;
  ToyRun run(folder / "run");
  run.job.objective = [&](const Batch&, const Draw&) {
    at::Tensor total;
    for (const auto& [name, p] : run.job.parameters) {
      const at::Tensor sum = (p->value - p->value).abs().sqrt().sum();  // 0, but of slope inf
      total = total.defined() ? total + sum : sum;
    }
    return Loss{total, {}};
  };
  EXPECT_NE(error_of(run).find("the gradient of step 1 is not finite"), std::string::npos);
}

TEST(Trainer, AFinishedRunIsNotOverwritten) {
  const RunFolder folder;
  ToyRun run(folder / "run");
  run();
  EXPECT_NE(error_of(run).find("holds a run with 40 steps done"), std::string::npos);
}

TEST(Trainer, ResumesOnlyItsOwnConfiguration) {
  const RunFolder folder;
  ToyRun nothing(folder / "nothing");
  nothing.options.resume = true;
  EXPECT_THROW(nothing(), MissingInputError);
  ToyRun run(folder / "run");
  run();
  run.options.resume = true;
  run.options.fingerprint = "another";
  EXPECT_THROW(run(), ConfigError);
}

// Files cannot grow beyond 16 bytes from step 12 on, as on a disk that is full.
int run_with_a_full_disk(ToyRun& run) {
  std::signal(SIGXFSZ, SIG_IGN);
  int steps = 0;
  run.events.stop_requested = [&] {
    const rlimit none{16, RLIM_INFINITY};
    if (++steps == 12) ::setrlimit(RLIMIT_FSIZE, &none);
    return false;
  };
  try {
    run();
  } catch (const IoError&) {
    return 7;
  }
  return 0;
}

TEST(Trainer, AFullDiskLosesNoFinishedCheckpoint) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const RunFolder folder;
  ToyRun run(folder / "run");
  EXPECT_EXIT(_exit(run_with_a_full_disk(run)), ::testing::ExitedWithCode(7), "");
  const auto state = load_newest_checkpoint(folder / "run/checkpoints");
  ASSERT_TRUE(state);
  EXPECT_EQ(state->step, 10);
  int entries = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "run/checkpoints"))
    entries += entry.exists() ? 1 : 0;
  EXPECT_EQ(entries, 2) << "steps 5 and 10, and nothing half written";
}

TEST(Trainer, RefusesOptionsOutOfRange) {
  const RunFolder folder;
  ToyRun run(folder / "run");
  run.options.steps = 0;
  EXPECT_NE(error_of(run).find("steps is 0, expected at least 1"), std::string::npos);
  run.options.steps = 1;
  run.options.ema_decay = 1;
  EXPECT_NE(error_of(run).find("ema_decay is 1"), std::string::npos);
}

}  // namespace
}  // namespace flowreel
