#include "pipeline/generate/run_state.h"

#include <sys/stat.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "errors/error.h"
#include "errors/quote.h"
#include "files/publish.h"
#include "models/weights/json.h"
#include "models/weights/safetensors.h"
#include "pipeline/generate/guard.h"

namespace flowreel {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kLatents = "latents";
constexpr const char* kPast = "past.";  // and a number: the solver's memory, newest first
constexpr const char* kFormat = "flowreel run 2";

// The one entry of metadata: all but the tensors.
constexpr const char* kState = "state";

std::string past_name(size_t i) { return kPast + std::to_string(i); }

json state_json(const RunState& state, const std::string& key) {
  return {{"format", kFormat},
          {"key", key},
          {"steps_done", state.sampling.steps_done},
          {"solver_step", state.sampling.memory.step},
          {"evaluations", state.sampling.evaluations},
          {"hashes", state.hashes},
          {"state_hashes", state.state_hashes},
          {"weights_read", state.weights_read}};
}

RunState parse(const SafetensorsFile& file, const json& said) {
  RunState state;
  state.sampling.steps_done = said.at("steps_done").get<int>();
  state.hashes = said.at("hashes").get<std::map<std::string, std::string>>();
  state.state_hashes = said.at("state_hashes").get<std::vector<std::string>>();
  state.weights_read = said.at("weights_read").get<WeightsDigest::Lines>();
  state.sampling.latents = file.read(kLatents);
  SolverMemory& memory = state.sampling.memory;
  memory.step = said.at("solver_step").get<double>();
  state.sampling.evaluations = said.at("evaluations").get<int64_t>();
  for (size_t i = 0; file.tensors().count(past_name(i)) != 0; ++i)
    memory.past.push_back(file.read(past_name(i)));
  check_finite(state.sampling.latents, file.path() + ": " + kLatents);
  return state;
}

}  // namespace

std::optional<RunState> StateFile::load() const {
  struct stat status{};
  if (!is_kept() || ::stat(options_.file.c_str(), &status) != 0) return std::nullopt;
  const std::string anew = "; the run begins anew";
  try {
    const SafetensorsFile file(options_.file);
    const auto found = file.metadata().find(kState);
    if (found == file.metadata().end())
      throw DataError(quote(options_.file) + " is not the checkpoint of a run");
    const json said = parse_json(found->second, options_.file);
    if (said.at("format") != kFormat || said.at("key") != key_) {
      events_.tell("the checkpoint " + quote(options_.file) +
                   " is of a run with other options, weights or libraries" + anew);
      return std::nullopt;
    }
    return parse(file, said);
  } catch (const Error& error) {
    events_.tell("the checkpoint cannot be used: " + std::string(error.what()) + anew);
  } catch (const json::exception& error) {
    events_.tell("the checkpoint " + quote(options_.file) +
                 " cannot be used: " + json_problem(error.what()) + anew);
  }
  return std::nullopt;
}

void StateFile::save(const RunState& state) const {
  const fs::path folder = fs::path(options_.file).parent_path();
  std::error_code error;
  if (!folder.empty()) fs::create_directories(folder, error);
  if (error) throw_not_made(folder.string(), error.value());
  std::map<std::string, at::Tensor> tensors = {{kLatents, state.sampling.latents}};
  const std::vector<at::Tensor>& past = state.sampling.memory.past;
  for (size_t i = 0; i < past.size(); ++i) tensors[past_name(i)] = past[i];
  write_safetensors(options_.file, tensors, {{kState, state_json(state, key_).dump()}});
}

std::string model_identity(const std::string& folder) {
  std::set<std::string> lines;
  std::error_code error;
  const auto options = fs::directory_options::follow_directory_symlink;
  for (fs::recursive_directory_iterator it(folder, options, error), end; it != end;
       it.increment(error)) {
    if (error) break;
    constexpr int kDeepest = 2;
    if (it.depth() >= kDeepest) it.disable_recursion_pending();
    struct stat status{};
    if (::stat(it->path().c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    lines.insert(fs::relative(it->path(), folder, error).string() + " " +
                 std::to_string(status.st_size) + " " + std::to_string(status.st_mtim.tv_sec) +
                 "." + std::to_string(status.st_mtim.tv_nsec) + "\n");
  }
  if (error) throw IoError(quote(folder) + " cannot be listed: " + error.message());
  std::string text;
  for (const std::string& line : lines) text += line;
  return text;
}

}  // namespace flowreel
