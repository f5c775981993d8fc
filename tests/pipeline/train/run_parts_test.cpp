// Learning rate, averages, clipping, checkpoints and the loss log, each alone.
#include <fstream>

#include "errors/error.h"
#include "pipeline/train/checkpoint.h"
#include "pipeline/train/ema.h"
#include "pipeline/train/learning_rate.h"
#include "pipeline/train/loss_log.h"
#include "tests/pipeline/train/toy_run.h"

namespace flowreel {
namespace {

TEST(LearningRate, RisesThenFalls) {
  LearningRate rate{1.0, 4, Decay::kCosine, 0.1};
  EXPECT_DOUBLE_EQ(rate.at(0, 104), 0.25);
  EXPECT_DOUBLE_EQ(rate.at(3, 104), 1.0);
  EXPECT_DOUBLE_EQ(rate.at(4, 104), 1.0);
  EXPECT_NEAR(rate.at(103, 104), 0.1, 1e-12);
  rate.decay = Decay::kLinear;
  EXPECT_NEAR(rate.at(4 + 33, 104), 0.1 + 0.9 * 2 / 3, 1e-12);
  rate.decay = Decay::kConstant;
  EXPECT_DOUBLE_EQ(rate.at(103, 104), 1.0);
}

TEST(Ema, FollowsAndIsExchanged) {
  Linear layer(2, 2);
  layer.weight.value = at::zeros({2, 2});
  layer.bias.value = at::zeros({2});
  NamedParameters parameters;
  append_trainable(parameters, layer, "");
  Ema ema(parameters, 0.5);
  layer.weight.value.detach().fill_(1);
  ema.update(0);  // decay is 1/10 at first
  EXPECT_NEAR(ema.values().at("weight")[0][0].item<double>(), 0.9, 1e-6);
  ema.update(1000);
  EXPECT_NEAR(ema.values().at("weight")[0][0].item<double>(), 0.95, 1e-6);
  {
    const Ema::Applied applied(ema);
    EXPECT_NEAR(layer.weight.value[0][0].item<double>(), 0.95, 1e-6);
    EXPECT_FALSE(layer.weight.value.requires_grad());
  }
  EXPECT_EQ(layer.weight.value[0][0].item<double>(), 1);
  EXPECT_TRUE(layer.weight.value.requires_grad());
}

TEST(Gradients, AreClippedTogether) {
  Linear layer(2, 1);
  layer.weight.value = at::zeros({1, 2});
  layer.bias.value = at::zeros({1});
  NamedParameters parameters;
  append_trainable(parameters, layer, "");
  (layer.weight.value * at::tensor({3.0f, 0.0f})).sum().backward();
  (layer.bias.value * 4).sum().backward();
  EXPECT_NEAR(clip_gradients(parameters, 0), 5, 1e-6);
  EXPECT_NEAR(layer.bias.value.grad().item<double>(), 4, 1e-6);
  EXPECT_NEAR(clip_gradients(parameters, 1), 5, 1e-6);
  EXPECT_NEAR(layer.bias.value.grad().item<double>(), 0.8, 1e-6);
  EXPECT_NEAR(clip_gradients(parameters, 2), 1, 1e-6);
}

TEST(Checkpoint, KeepsTheNewest) {
  const RunFolder folder;
  EXPECT_FALSE(load_newest_checkpoint(folder / "c"));
  for (int64_t step : {9, 10, 2000}) {
    save_checkpoint(folder / "c",
                    {step, 18446744073709551615u, "why", {{"x", at::full({2}, step)}}}, 2);
  }
  const auto state = load_newest_checkpoint(folder / "c");
  ASSERT_TRUE(state);
  EXPECT_EQ(state->step, 2000);
  EXPECT_EQ(state->seed, 18446744073709551615u);
  EXPECT_EQ(state->fingerprint, "why");
  EXPECT_EQ(state->tensors.at("x")[0].item<int64_t>(), 2000);
  EXPECT_FALSE(std::filesystem::exists(folder / "c/step_000000009"));
  EXPECT_TRUE(std::filesystem::exists(folder / "c/step_000000010"));
}

TEST(Checkpoint, ABrokenOneIsNamed) {
  const RunFolder folder;
  save_checkpoint(folder / "c", {1, 0, "", {{"x", at::zeros({2})}}}, 2);
  std::ofstream(folder / "c/step_000000001/state.json") << "{\"version\": 1}";
  EXPECT_THROW(load_newest_checkpoint(folder / "c"), DataError);
  std::ofstream(folder / "c/step_000000001/state.json") << "{\"version\": 2}";
  EXPECT_THROW(load_newest_checkpoint(folder / "c"), DataError);
}

TEST(LossLog, GoesOnWhereTheRunDoes) {
  const RunFolder folder;
  LossLog first(folder / "loss.csv", 0);
  for (int64_t step : {1, 2, 3}) first.add(step, "train", "total", 0.1 * static_cast<double>(step));
  first.save();
  LossLog second(folder / "loss.csv", 2);
  ASSERT_EQ(second.rows().size(), 2u);
  EXPECT_EQ(second.rows()[1].step, 2);
  EXPECT_NEAR(second.rows()[1].value, 0.2, 1e-9);
  EXPECT_TRUE(LossLog(folder / "loss.csv", 0).rows().empty());
  std::ofstream(folder / "loss.csv") << "something else\n";
  EXPECT_THROW(LossLog(folder / "loss.csv", 2), DataError);
}

}  // namespace
}  // namespace flowreel
