#include "pipeline/consistency/pairing.h"

#include <filesystem>
#include <tuple>

#include "errors/error.h"
#include "errors/quote.h"

namespace flowreel {
namespace {

struct Key {
  std::string prompt_id;
  std::optional<uint64_t> seed;
  std::string stem;  // empty where there is a prompt

  bool operator<(const Key& other) const {
    return std::tie(prompt_id, seed, stem) < std::tie(other.prompt_id, other.seed, other.stem);
  }
};

Key key_of(const ClipResult& clip) {
  if (clip.prompt_id.empty())
    return {"", std::nullopt, std::filesystem::path(clip.name).stem().string()};
  return {clip.prompt_id, clip.seed, ""};
}

std::string text_of(const Key& key) {
  if (key.prompt_id.empty()) return "file name " + quote(key.stem, 100);
  return "prompt " + quote(key.prompt_id, 100) +
         (key.seed ? " and seed " + std::to_string(*key.seed) : " and no seed");
}

using ClipsByKey = std::map<Key, const ClipResult*>;

ClipsByKey by_key(const Results& results, const std::string& side) {
  ClipsByKey clips;
  for (const ClipResult& clip : results.clips) {
    const Key key = key_of(clip);
    const auto [at, is_new] = clips.emplace(key, &clip);
    if (!is_new)
      throw DataError("clips " + quote(at->second->name, 100) + " and " + quote(clip.name, 100) +
                      " " + side + " both have " + text_of(key) +
                      ", expected one clip of each, so that it is clear what to compare it with");
  }
  return clips;
}

}  // namespace

Pairing pair_clips(const Results& now, const Results& baseline) {
  by_key(now, "to be compared");
  ClipsByKey partners = by_key(baseline, "of the baseline");
  Pairing pairing;
  for (const ClipResult& clip : now.clips) {
    const Key key = key_of(clip);
    const auto partner = partners.find(key);
    if (partner == partners.end()) {
      pairing.only_now.push_back(clip.name);
    } else {
      const bool has_prompt = !key.prompt_id.empty();
      pairing.pairs.push_back(
          {&clip, partner->second, has_prompt ? "prompt " + key.prompt_id : "file " + key.stem});
      partners.erase(partner);
    }
  }
  for (const ClipResult& clip : baseline.clips) {
    if (partners.contains(key_of(clip))) pairing.only_baseline.push_back(clip.name);
  }
  return pairing;
}

}  // namespace flowreel
