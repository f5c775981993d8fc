// The networks of a manifest, each used only when its file is the one that the manifest means.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/consistency/features/feature_input.h"
#include "pipeline/consistency/features/feature_network.h"

namespace flowreel {

enum class FeatureRole { kDino, kClip, kRaft, kLpips };
const char* role_name(FeatureRole role);  // "dino", …

// One entry of a manifest.
struct FeatureFile {
  FeatureRole role = FeatureRole::kDino;
  std::string path;
  std::string sha256;                    // 64 lower-case hexadecimal digits
  int torch_major = 0, torch_minor = 0;  // the version that it was exported with
  FeatureInput input;                    // of dino and clip
};

struct FeatureModel {
  FeatureFile file;
  FeatureNetwork network;  // empty when it cannot be used
  std::string missing;     // why, with the path: "\"dino.pt\": no such file"
};

struct FeatureModels {
  std::vector<std::shared_ptr<const FeatureModel>> models;  // at most one of a role

  // Null when the manifest does not list it.
  std::shared_ptr<const FeatureModel> find(FeatureRole role) const;
};

// Reads each file once into memory, hashes those bytes and gives the same to the loader. One that
// is not there, has another hash, was exported with a later LibTorch than this one or is refused by
// the loader has no network, and says why. An empty loader stands for a program that was built
// without what reads them.
FeatureModels load_feature_models(const std::vector<FeatureFile>& files,
                                  const NetworkLoader& loader);

// Of each network that is used, by "network dino" and so on: the beginning of its hash, and its
// input. Values by two networks are not of one kind.
std::map<std::string, std::string> feature_versions(const FeatureModels& models);

}  // namespace flowreel
