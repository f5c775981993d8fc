#include "pipeline/generate/model_cache.h"

namespace flowreel {
namespace {

// What `after` has and `before` has not.
WeightsDigest::Lines added(const WeightsDigest::Lines& before, const WeightsDigest::Lines& after) {
  WeightsDigest::Lines lines;
  for (const auto& [component, tensors] : after) {
    const auto known = before.find(component);
    for (const auto& [name, line] : tensors) {
      if (known == before.end() || known->second.count(name) == 0) lines[component][name] = line;
    }
  }
  return lines;
}

}  // namespace

void ModelCache::begin(const std::string& key, bool may_keep) {
  may_keep_ = may_keep;
  if (key != key_ || !may_keep) parts_.clear();
  key_ = key;
}

std::shared_ptr<const void> ModelCache::find(
    const std::string& part, WeightsDigest& digest,
    const std::function<std::shared_ptr<const void>()>& load) {
  const auto found = parts_.find(part);
  if (found != parts_.end()) {
    digest.add(found->second.read);
    return found->second.network;
  }
  const WeightsDigest::Lines before = digest.lines();
  Part loaded = {load(), {}};
  loaded.read = added(before, digest.lines());
  if (may_keep_) parts_[part] = loaded;
  return loaded.network;
}

}  // namespace flowreel
