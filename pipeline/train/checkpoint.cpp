#include "pipeline/train/checkpoint.h"

#include <fcntl.h>

#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <vector>

#include "errors/error.h"
#include "files/output_file.h"
#include "models/weights/json.h"
#include "models/weights/safetensors.h"

namespace flowreel {
namespace {

namespace fs = std::filesystem;
constexpr int kVersion = 1;
constexpr const char* kPrefix = "step_";

std::string checkpoint_name(int64_t step) {
  char name[32];
  std::snprintf(name, sizeof name, "%s%09lld", kPrefix, static_cast<long long>(step));
  return name;
}

// Complete checkpoints, oldest first: the names sort as the steps do.
std::vector<fs::path> checkpoints_in(const std::string& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().filename().string().rfind(kPrefix, 0) == 0) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

void write_parts(const fs::path& folder, const TrainingState& state) {
  std::map<std::string, at::Tensor> on_cpu;
  for (const auto& [name, tensor] : state.tensors) on_cpu[name] = tensor.detach().cpu();
  write_safetensors((folder / "state.safetensors").string(), on_cpu);
  const nlohmann::ordered_json json = {{"version", kVersion},
                                       {"step", state.step},
                                       {"seed", state.seed},
                                       {"fingerprint", state.fingerprint}};
  const std::string text = json.dump(2) + "\n";
  OutputFile file((folder / "state.json").string(), /*overwrite=*/false);
  file.write(text.data(), text.size());
  file.commit();
}

TrainingState parse_state(const std::string& file) {
  const nlohmann::json json = read_json_file(file);
  try {
    if (json.at("version").get<int>() != kVersion) {
      throw DataError(file + ": version is " + json.at("version").dump() + ", expected " +
                      std::to_string(kVersion));
    }
    TrainingState state;
    state.step = json.at("step").get<int64_t>();
    state.seed = json.at("seed").get<uint64_t>();
    state.fingerprint = json.at("fingerprint").get<std::string>();
    return state;
  } catch (const nlohmann::json::exception& e) {
    throw DataError(file + ": " + json_problem(e.what()));
  }
}

}  // namespace

void save_checkpoint(const std::string& folder, const TrainingState& state, int64_t keep) {
  std::error_code error;
  fs::create_directories(folder, error);
  const fs::path final = fs::path(folder) / checkpoint_name(state.step);
  const TemporaryPath temporary(final.string());
  if (error || !fs::create_directory(temporary.name(), error))
    throw OutputError("checkpoint " + final.string() + ": cannot be made: " + error.message());
  write_parts(temporary.name(), state);
  // One of this step can only be there when a run was stopped and started again at it.
  publish({{temporary.name(), final.string(), /*overwrite=*/true}});
  const std::vector<fs::path> all = checkpoints_in(folder);
  for (size_t i = 0; i + static_cast<size_t>(keep) < all.size(); ++i) fs::remove_all(all[i], error);
}

bool has_checkpoint(const std::string& folder) { return !checkpoints_in(folder).empty(); }

std::optional<TrainingState> load_newest_checkpoint(const std::string& folder) {
  const std::vector<fs::path> all = checkpoints_in(folder);
  if (all.empty()) return std::nullopt;
  TrainingState state = parse_state((all.back() / "state.json").string());
  const SafetensorsFile file((all.back() / "state.safetensors").string());
  for (const auto& [name, info] : file.tensors()) state.tensors[name] = file.read(name);
  return state;
}

}  // namespace flowreel
