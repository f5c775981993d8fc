// The networks of one run, loaded as they are needed, and proof of which weights they were.
#pragma once

#include <memory>
#include <string>

#include "models/model_dir.h"
#include "pipeline/generate/compute.h"
#include "pipeline/generate/events.h"
#include "pipeline/generate/model_cache.h"
#include "pipeline/generate/options.h"
#include "pipeline/generate/text.h"

namespace flowreel {

class RunModel {
 public:
  // `cache` may be null: then a network is freed with the last who holds it.
  RunModel(const GenerateOptions& options, const Events& events, ModelCache* cache);
  RunModel(const RunModel&) = delete;
  RunModel& operator=(const RunModel&) = delete;

  const ModelDirectory& directory() const { return directory_; }
  WeightsDigest& digest() { return digest_; }

  // The model as it lies on the disk now: model_identity(), found out once.
  const std::string& identity();

  // Whether networks may stay for another run; their room is not looked at.
  bool has_cache() const { return keeps_; }

  // Before the first network; may_keep: whether there is room for them to stay in the cache.
  void begin(const ComputePlan& plan, bool may_keep);

  // Interrupted between tensors on a wish to stop. DataError, with both, when the weights have not
  // the SHA-256 that the options name; else as ModelDirectory.
  std::shared_ptr<const TextStage> text();
  std::shared_ptr<const VideoTransformer> transformer();
  std::shared_ptr<const HunyuanVae> encoder();
  std::shared_ptr<const HunyuanVae> decoder();

  // Frees what the cache keeps; false when that was nothing.
  bool free_kept();

 private:
  LoadOptions interruptible(LoadOptions load) const;
  void check(const char* component) const;

  const GenerateOptions& options_;
  const Events& events_;
  ModelDirectory directory_;
  WeightsDigest digest_;
  ModelCache own_cache_;  // keeps nothing
  bool keeps_;
  ModelCache& cache_;
  ComputePlan plan_;
  std::string identity_;
};

}  // namespace flowreel
