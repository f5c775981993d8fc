#include "pipeline/generate/inspect.h"

#include <cstdio>
#include <filesystem>

#include "errors/error.h"
#include "pipeline/generate/memory.h"
#include "tools/flowreel/arguments.h"
#include "tools/flowreel/commands.h"

namespace flowreel {
namespace {

struct InspectArguments {
  std::string path;
  SizeOptions size;
};

// 12821012544 → "12 821 012 544".
std::string grouped(int64_t number) {
  std::string digits = std::to_string(number);
  for (int64_t i = static_cast<int64_t>(digits.size()) - 3; i > 0; i -= 3)
    digits.insert(static_cast<size_t>(i), " ");
  return digits;
}

std::string dtypes_text(const WeightsSummary& weights) {
  std::string text;
  for (const auto& [dtype, count] : weights.dtypes) {
    text += (text.empty() ? "" : ", ") + dtype +
            (weights.dtypes.size() > 1 ? " x" + std::to_string(count) : "");
  }
  return text;
}

void print_weights(const char* name, const WeightsSummary& w) {
  std::printf("%-15s %s parameters in %lld tensors, %s (%s)\n", name, grouped(w.parameters).c_str(),
              static_cast<long long>(w.tensors), human_bytes(w.bytes).c_str(),
              dtypes_text(w).c_str());
}

void print_model(const ModelSummary& model) {
  std::printf("%s: %s\n", model.path.c_str(), model.pipeline_class.c_str());
  std::string absent;
  for (const ComponentSummary& c : model.components) {
    if (!c.present) absent += (absent.empty() ? "" : ", ") + c.name;
    if (c.present && c.has_weights && c.weights.tensors > 0)
      print_weights(c.name.c_str(), c.weights);
    if (c.present && !c.has_weights)
      std::printf("%-15s %s\n", c.name.c_str(), c.class_name.c_str());
    if (c.present && !c.problem.empty())
      std::printf("%-15s PROBLEM: %s\n", c.name.c_str(), c.problem.c_str());
  }
  if (!absent.empty()) std::printf("absent: %s\n", absent.c_str());
  if (model.decode_bytes == 0) return;
  std::printf(
      "memory for %lldx%lld, %lld frames, in float32, besides the weights of one component at a "
      "time:\n",
      static_cast<long long>(model.size.width), static_cast<long long>(model.size.height),
      static_cast<long long>(model.size.frames));
  if (model.sample_bytes > 0)
    std::printf("  sampling         about %s\n", human_bytes(model.sample_bytes).c_str());
  std::printf("  decoding         about %s; with --vae-tiling on about %s\n",
              human_bytes(model.decode_bytes).c_str(),
              human_bytes(model.decode_tiled_bytes).c_str());
}

void run(const InspectArguments& a) {
  const std::filesystem::path path(a.path);
  if (!std::filesystem::exists(path)) {
    throw MissingInputError(
        a.path +
        ": no such file or directory; expected a model directory, a safetensors file "
        "or a clip made by flowreel");
  }
  if (std::filesystem::is_directory(path)) {
    if (std::filesystem::exists(path / "model_index.json")) {
      print_model(inspect_model(a.path, resolve_size(a.size, default_size(), {})));
    } else {
      print_weights(path.filename().c_str(), inspect_weights(a.path));
    }
  } else if (path.extension() == ".safetensors") {
    print_weights(path.filename().c_str(), inspect_weights(a.path));
  } else {
    const std::string manifest = inspect_clip_manifest(a.path);
    if (manifest.empty()) throw DataError(a.path + ": this clip carries no flowreel manifest");
    std::fputs(manifest.c_str(), stdout);
  }
}

}  // namespace

void add_inspect(CLI::App& app, Command& chosen) {
  CLI::App* command =
      app.add_subcommand("inspect", "What is in a model directory, a weights file or a clip");
  const auto arguments = std::make_shared<InspectArguments>();
  command->add_option("path", arguments->path, "model directory, .safetensors file, or clip")
      ->required();
  add_size_options(*command, arguments->size);
  command->footer(
      "Example:\n  flowreel inspect HunyuanVideo --width 960 --height 544 --num-frames 61");
  command->callback([arguments, &chosen] { chosen = [arguments] { run(*arguments); }; });
}

}  // namespace flowreel
