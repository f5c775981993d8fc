#include <CLI/CLI.hpp>
#include <cstdio>

#include "errors/error.h"
#include "pipeline/train/shapes/caption.h"
#include "pipeline/train/shapes/drawing.h"
#include "tools/flowreel/commands.h"

namespace flowreel {
namespace {

constexpr const char* kFooter = "Example:\n  flowreel shapes --captions 5 --seed 1";

struct ShapesArguments {
  int64_t captions = 10;
  uint64_t seed = 0;
  std::string split = "training";
};

shapes::Split split_named(const std::string& name) {
  if (name == "training") return shapes::Split::kTraining;
  if (name == "held-out") return shapes::Split::kHeldOut;
  if (name == "all") return shapes::Split::kAll;
  throw UsageError("--split is \"" + name + "\", expected training, held-out or all");
}

void run(const ShapesArguments& a) {
  shapes::ShapesOptions options;
  options.split = split_named(a.split);
  for (int64_t i = 0; i < a.captions; ++i) {
    const shapes::Scene scene = shapes::draw_scene(a.seed, static_cast<uint64_t>(i), options);
    std::printf("%s\n", shapes::caption(scene).c_str());
  }
}

}  // namespace

void add_shapes(CLI::App& app, Command& chosen) {
  CLI::App* command =
      app.add_subcommand("shapes", "List captions of the procedural data set, see docs/shapes.md");
  const auto arguments = std::make_shared<ShapesArguments>();
  command->add_option("--captions", arguments->captions, "how many (10)")
      ->check(CLI::Range(int64_t{1}, int64_t{1} << 40).description(""));
  command->add_option("--seed", arguments->seed, "of the data set (0)");
  command->add_option("--split", arguments->split, "training | held-out | all (training)");
  command->footer(kFooter);
  command->callback([arguments, &chosen] { chosen = [arguments] { run(*arguments); }; });
}

}  // namespace flowreel
