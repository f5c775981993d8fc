#include "pipeline/generate/inspect.h"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "errors/error.h"
#include "files/file.h"
#include "pipeline/generate/memory.h"
#include "tools/flowreel/arguments.h"
#include "tools/flowreel/commands.h"

namespace flowreel {
namespace {

struct InspectArguments {
  std::string path;
  SizeOptions size;
  bool json = false;
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

nlohmann::json weights_json(const WeightsSummary& w) {
  return {{"parameters", w.parameters},
          {"tensors", w.tensors},
          {"bytes", w.bytes},
          {"dtypes", w.dtypes}};
}

nlohmann::json model_json(const ModelSummary& model) {
  nlohmann::json components = nlohmann::json::object();
  for (const ComponentSummary& c : model.components) {
    nlohmann::json row = {{"class", c.class_name}, {"present", c.present}};
    if (c.present && c.has_weights && c.weights.tensors > 0)
      row["weights"] = weights_json(c.weights);
    if (c.present && !c.problem.empty()) row["problem"] = c.problem;
    components[c.name] = row;
  }
  nlohmann::json json = {
      {"model", model.path}, {"class", model.pipeline_class}, {"components", components}};
  if (model.decode_bytes == 0) return json;
  json["memory"] = {{"width", model.size.width},
                    {"height", model.size.height},
                    {"num_frames", model.size.frames},
                    {"decode_bytes", model.decode_bytes},
                    {"decode_tiled_bytes", model.decode_tiled_bytes}};
  if (model.sample_bytes > 0) json["memory"]["sample_bytes"] = model.sample_bytes;
  return json;
}

void print_json(const nlohmann::json& json) {
  std::printf("%s\n", json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
}

void inspect_one_model(const InspectArguments& a) {
  const ModelSummary model = inspect_model(a.path, resolve_size(a.size, default_size(), {}));
  if (a.json) return print_json(model_json(model));
  print_model(model);
}

void inspect_one_weights(const InspectArguments& a) {
  const WeightsSummary weights = inspect_weights(a.path);
  if (a.json) return print_json(weights_json(weights));
  print_weights(std::filesystem::path(a.path).filename().c_str(), weights);
}

void run(const InspectArguments& a) {
  const std::filesystem::path path(a.path);
  std::error_code ignored;  // a name that cannot be is absent
  if (!std::filesystem::exists(path, ignored)) {
    throw MissingInputError(
        a.path +
        ": no such file or directory; expected a model directory, a safetensors file "
        "or a clip made by flowreel");
  }
  if (std::filesystem::is_directory(path)) {
    if (std::filesystem::exists(path / "model_index.json")) {
      inspect_one_model(a);
    } else {
      inspect_one_weights(a);
    }
  } else if (path.extension() == ".safetensors") {
    inspect_one_weights(a);
  } else {
    const std::string manifest = inspect_clip_manifest(a.path);
    if (manifest.empty()) throw DataError(a.path + ": this clip carries no flowreel manifest");
    std::fputs(manifest.c_str(), stdout);
  }
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
    throw IoError("standard output cannot be written: " + errno_text(errno));
}

}  // namespace

void add_inspect(CLI::App& app, Command& chosen) {
  CLI::App* command =
      app.add_subcommand("inspect", "What is in a model directory, a weights file or a clip");
  const auto arguments = std::make_shared<InspectArguments>();
  command->add_option("path", arguments->path, "model directory, .safetensors file, or clip")
      ->required();
  add_size_options(*command, arguments->size);
  command->add_flag("--json", arguments->json,
                    "print one JSON object; a clip's manifest always is");
  command->footer(
      "Example:\n  flowreel inspect HunyuanVideo --width 960 --height 544 --num-frames 61");
  command->callback([arguments, &chosen] { chosen = [arguments] { run(*arguments); }; });
}

}  // namespace flowreel
