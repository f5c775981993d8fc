// Networks that stay loaded from one run to the next: a worker that makes many clips of one model
// reads it once.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "pipeline/generate/hash.h"

namespace flowreel {

// Of one model at a time. Not for several threads.
class ModelCache {
 public:
  // Before a run: forgets what was loaded under another key, and all when it may not be kept.
  void begin(const std::string& key, bool may_keep);

  void clear() { parts_.clear(); }
  bool is_empty() const { return parts_.empty(); }

  // The part as it was loaded in an earlier run, else what `load` gives, which is kept. `digest`
  // is told what was read from files for it, then or now; it must observe what `load` reads.
  template <typename T>
  std::shared_ptr<const T> get(const std::string& part, WeightsDigest& digest,
                               const std::function<std::unique_ptr<T>()>& load) {
    return std::static_pointer_cast<const T>(
        find(part, digest, [&load] { return std::shared_ptr<const void>(load()); }));
  }

 private:
  struct Part {
    std::shared_ptr<const void> network;
    WeightsDigest::Lines read;
  };
  std::shared_ptr<const void> find(const std::string& part, WeightsDigest& digest,
                                   const std::function<std::shared_ptr<const void>()>& load);

  std::string key_;
  bool may_keep_ = false;
  std::map<std::string, Part> parts_;
};

}  // namespace flowreel
