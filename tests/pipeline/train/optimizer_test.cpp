#include "pipeline/train/optimizer.h"

#include <set>

#include "errors/error.h"
#include "tests/pipeline/train/toy_run.h"

namespace flowreel {
namespace {

// The toy's matrix counts as one of a block, so that Muon takes it; its bias is AdamW's.
void use_muon(ToyRun& run) {
  run.job.parameters[0].name = "blocks.0.weight";
  run.options.optimizer.muon.emplace();
}

TEST(Optimizer, DividesTheParametersBetweenTheTwo) {
  const RunFolder folder;
  ToyRun run(folder / "run");
  use_muon(run);
  Optimizer optimizer(run.job.parameters, run.options.optimizer);
  std::set<std::string> names;
  optimizer.visit_state([&](const std::string& name, const at::Tensor&) { names.insert(name); });
  EXPECT_EQ(names, (std::set<std::string>{"momentum.blocks.0.weight", "exp_avg.layer.bias",
                                          "exp_avg_sq.layer.bias"}));
}

TEST(Optimizer, MuonLearnsToo) {
  const RunFolder folder;
  ToyRun run(folder / "run");
  use_muon(run);
  run.options.steps = 400;
  run();
  const at::Tensor expected = at::cat({(at::eye(4) * 2).flatten(), at::ones({4})});
  EXPECT_LT((run.result() - expected).abs().max().item<double>(), 0.05);
}

TEST(Optimizer, AMuonRunThatWasStoppedEndsWithTheSameBits) {
  const RunFolder folder;
  ToyRun unbroken(folder / "unbroken"), first(folder / "stopped"), second(folder / "stopped");
  for (ToyRun* run : {&unbroken, &first, &second}) use_muon(*run);
  unbroken();
  int steps = 0;
  first.events.stop_requested = [&] { return ++steps == 13; };
  EXPECT_THROW(first(), Interrupted);
  second.options.resume = true;
  second();
  EXPECT_TRUE(at::equal(second.result(), unbroken.result()));
}

}  // namespace
}  // namespace flowreel
