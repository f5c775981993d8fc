#include "pipeline/generate/find_grid.h"

#include <gtest/gtest.h>

#include "pipeline/generate/schedule_config.h"
#include "tests/pipeline/generate/run.h"

namespace flowreel {
namespace {

FindGridOptions quick_search() {
  FindGridOptions options;
  options.run = quick_options("");
  options.run.sampling.steps = 3;
  options.run.sampling.cfg_scale = 2;
  options.prompts = {"a cat", "a dog"};
  options.seeds = 2;
  options.fine_steps = 12;
  return options;
}

TEST(FindGrid, FindsLevelsThatComeNearer) {
  const FoundGrid found = find_grid(quick_search(), {});
  ASSERT_EQ(found.sigmas.size(), 3u);
  EXPECT_EQ(found.sigmas[0], 1);
  EXPECT_GT(found.own_error, 0);
  EXPECT_LT(found.found_error, found.own_error);
}

TEST(FindGrid, ItsErrorIsThatOfTheRunsThemselves) {
  // One prompt and seed: the latents that generate() makes with the found levels, and with many.
  ScratchFolder folder;
  FindGridOptions search = quick_search();
  search.prompts = {"a cat"};
  search.seeds = 1;
  search.fine_steps = 40;
  const FoundGrid found = find_grid(search, {});
  const auto latents = [&](const std::string& name, const std::string& solver, int steps,
                           const std::vector<double>& sigmas) {
    GenerateOptions run = search.run;
    run.prompt = "a cat";
    run.sampling.solver = solver;
    run.sampling.steps = steps;
    run.sampling.sigmas = sigmas;
    if (!sigmas.empty()) run.sampling.flow_shift = 1;
    run.output.path = folder / (name + ".mp4");
    run.output.save_latents = folder / (name + ".safetensors");
    generate(run, {});
    return read_tensor(run.output.save_latents, "latents");
  };
  const at::Tensor end = latents("fine", "midpoint", 40, {});
  const auto off = [&](const at::Tensor& x) {
    return (x - end).to(at::kDouble).square().mean().sqrt().item<double>();
  };
  EXPECT_NEAR(off(latents("found", "euler", 3, found.sigmas)), found.found_error, 1e-6);
  EXPECT_NEAR(off(latents("own", "euler", 3, {})), found.own_error, 1e-6);
}

TEST(FindGrid, RefusesWhatCannotBe) {
  FindGridOptions none = quick_search();
  none.prompts.clear();
  expect_contains(error_text<UsageError>([&] { find_grid(none, {}); }), {"prompt"});
  FindGridOptions coarse = quick_search();
  coarse.fine_steps = 2;
  expect_contains(error_text<UsageError>([&] { find_grid(coarse, {}); }), {"2", "at least the 3"});
  FindGridOptions seedless = quick_search();
  seedless.seeds = 0;
  expect_contains(error_text<UsageError>([&] { find_grid(seedless, {}); }), {"seeds is 0"});
}

TEST(FindGrid, EndsWhenAskedTo) {
  int64_t asked = 0;
  Events events;
  events.stop_requested = [&] { return ++asked > 200; };
  EXPECT_THROW(find_grid(quick_search(), events), Interrupted);
}

}  // namespace
}  // namespace flowreel
