#include "pipeline/generate/compare_runs.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "errors/error.h"
#include "models/weights/json.h"

namespace flowreel {
namespace {

using nlohmann::json;
using Pointer = json::json_pointer;

json parse_manifest(const std::string& text, const std::string& name) {
  json manifest = parse_json(text, name);
  if (manifest.is_object() && manifest.contains("manifest_version") &&
      manifest.contains("hashes") && manifest["hashes"].is_object())
    return manifest;
  throw DataError(name + " is not a manifest of flowreel");
}

const json* find(const json& manifest, const char* pointer) {
  const Pointer at(pointer);
  return manifest.contains(at) ? &manifest[at] : nullptr;
}

// The hashes in the order in which a run makes them.
using Stage = std::pair<std::string, std::string>;
std::vector<Stage> stages_of(const json& manifest) {
  std::vector<Stage> stages;
  const auto add = [&](const char* name) {
    const auto found = manifest["hashes"].find(name);
    if (found != manifest["hashes"].end() && found->is_string())
      stages.emplace_back(name, found->get<std::string>());
  };
  add("input");
  add("noise");
  add("inverted");
  if (const json* states = find(manifest, "/sampling/state_sha256")) {
    for (size_t i = 0; i < states->size(); ++i)
      stages.emplace_back("step " + std::to_string(i), (*states)[i].dump());
  }
  add("latents");
  add("frames");
  add("file");
  return stages;
}

void compare_stages(const json& a, const json& b, RunComparison& result) {
  const std::vector<Stage> first = stages_of(a), second = stages_of(b);
  for (const auto& [name, hash] : first) {
    const auto other = std::find_if(second.begin(), second.end(),
                                    [&name = name](const Stage& s) { return s.first == name; });
    if (other == second.end()) continue;
    if (other->second != hash) {
      result.parts_at = name;
      return;
    }
    const std::string shown = name.rfind("step ", 0) == 0 ? "steps" : name;
    if (result.same.empty() || result.same.back() != shown) result.same.push_back(shown);
  }
}

// Everything but the proofs and the order that was given, as pointer → value.
json settings_of(const json& manifest) {
  json settings = manifest;
  for (const char* key : {"hashes", "order", "job"}) settings.erase(key);
  if (settings.contains("sampling")) settings["sampling"].erase("state_sha256");
  return settings.flatten();
}

int likelihood(const std::string& pointer) {
  const char* const first[] = {"/weights_sha256", "/seed",     "/noise", "/prompt", "/negative",
                               "/sampling",       "/compute",  "/size",  "/vae",    "/versions",
                               "/determinism",    "/strength", "/output"};
  int rank = 0;
  for (const char* prefix : first) {
    if (pointer.rfind(prefix, 0) == 0) return rank;
    ++rank;
  }
  return rank;
}

std::vector<std::string> changed_pointers(const json& a, const json& b) {
  std::vector<std::string> pointers;
  for (const auto& [pointer, value] : a.items()) {
    if (!b.contains(pointer) || b[pointer] != value) pointers.push_back(pointer);
  }
  for (const auto& [pointer, value] : b.items()) {
    if (!a.contains(pointer)) pointers.push_back(pointer);
  }
  std::stable_sort(pointers.begin(), pointers.end(),
                   [](const auto& x, const auto& y) { return likelihood(x) < likelihood(y); });
  return pointers;
}

bool begins_with_one_of(const std::string& text, std::initializer_list<const char*> prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](const char* prefix) { return text.rfind(prefix, 0) == 0; });
}

// What a setting that is not the same leaves of the promise.
RunComparison::Promise left_by(const std::string& pointer, bool strict) {
  using Promise = RunComparison::Promise;
  // The name of a model's folder decides nothing: its weights have hashes, as inputs have.
  if (begins_with_one_of(pointer, {"/model", "/input", "/first_frame", "/versions/commit"}))
    return Promise::kFrames;
  if (strict && pointer == "/compute/threads") return Promise::kFrames;
  if (begins_with_one_of(pointer, {"/seed", "/noise", "/size", "/initial_latents", "/task"}))
    return Promise::kNothing;
  return begins_with_one_of(pointer, {"/output"}) ? Promise::kFrames : Promise::kNoise;
}

void promise(const std::vector<std::string>& changed, bool strict, RunComparison& result) {
  for (const std::string& pointer : changed) {
    const RunComparison::Promise left = left_by(pointer, strict);
    if (left <= result.promise) continue;
    result.promise = left;
    result.why = pointer + " is not the same";
  }
}

}  // namespace

bool RunComparison::holds() const {
  if (is_identical()) return true;
  switch (promise) {
    case Promise::kIdentical:
      return false;
    case Promise::kFrames:
      return parts_at == "file";
    case Promise::kNoise:
      return parts_at != "noise";
    case Promise::kNothing:
      break;
  }
  return true;
}

RunComparison compare_runs(const std::string& a, const std::string& b) {
  const json first = parse_manifest(a, "the first manifest"),
             second = parse_manifest(b, "the second manifest");
  RunComparison result;
  compare_stages(first, second, result);
  const json one = settings_of(first), other = settings_of(second);
  const std::vector<std::string> changed = changed_pointers(one, other);
  for (const std::string& pointer : changed) {
    const auto said = [&](const json& settings) {
      return settings.contains(pointer) ? settings[pointer].dump() : "not said";
    };
    result.differences.push_back(pointer + ": " + said(one) + ", " + said(other));
  }
  promise(changed, first.value("determinism", "") == "strict", result);
  return result;
}

}  // namespace flowreel
