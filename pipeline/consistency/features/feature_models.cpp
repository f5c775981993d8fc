#include "pipeline/consistency/features/feature_models.h"

#include <torch/version.h>

#include <utility>

#include "errors/error.h"
#include "errors/quote.h"
#include "files/file.h"
#include "files/sha256.h"

namespace flowreel {
namespace {

constexpr uint64_t kMostBytes = uint64_t{4} << 30;
constexpr size_t kHashShown = 16;

bool is_newer(const FeatureFile& file) {
  return std::pair(file.torch_major, file.torch_minor) >
         std::pair(TORCH_VERSION_MAJOR, TORCH_VERSION_MINOR);
}

std::string version(int major, int minor) {
  return std::to_string(major) + "." + std::to_string(minor);
}

FeatureNetwork load(const FeatureFile& file, const NetworkLoader& loader) {
  if (!loader)
    throw UnavailableError(
        "this flowreel was built without TorchScript; expected a build with "
        "-DFLOWREEL_TORCHSCRIPT=ON");
  if (is_newer(file))
    throw DataError("it was exported with torch " + version(file.torch_major, file.torch_minor) +
                    ", expected at most " + version(TORCH_VERSION_MAJOR, TORCH_VERSION_MINOR) +
                    ", as this flowreel is built with");
  const std::vector<uint8_t> bytes = read_all(InputFile(file.path), kMostBytes);
  Sha256 hash;
  hash.update(bytes.data(), bytes.size());
  if (const std::string found = hash.hex(); found != file.sha256)
    throw DataError("its sha256 is " + found + ", expected " + file.sha256 + " by the manifest");
  return loader(bytes);
}

}  // namespace

const char* role_name(FeatureRole role) {
  switch (role) {
    case FeatureRole::kDino:
      return "dino";
    case FeatureRole::kClip:
      return "clip";
    case FeatureRole::kRaft:
      return "raft";
    case FeatureRole::kLpips:
      return "lpips";
  }
  return "";
}

std::shared_ptr<const FeatureModel> FeatureModels::find(FeatureRole role) const {
  for (const auto& model : models) {
    if (model->file.role == role) return model;
  }
  return nullptr;
}

FeatureModels load_feature_models(const std::vector<FeatureFile>& files,
                                  const NetworkLoader& loader) {
  FeatureModels all;
  for (const FeatureFile& file : files) {
    FeatureModel model{file, {}, ""};
    try {
      model.network = load(file, loader);
    } catch (const Error& error) {
      const std::string name = quote(file.path), text = error.what();
      model.missing = text.find(name) == std::string::npos ? name + ": " + text : text;
    }
    all.models.push_back(std::make_shared<const FeatureModel>(std::move(model)));
  }
  return all;
}

std::map<std::string, std::string> feature_versions(const FeatureModels& models) {
  std::map<std::string, std::string> versions;
  for (const auto& model : models.models) {
    if (!model->network) continue;
    const FeatureFile& file = model->file;
    std::string& text = versions[std::string("network ") + role_name(file.role)];
    text = "sha256 " + file.sha256.substr(0, kHashShown);
    if (file.role == FeatureRole::kDino || file.role == FeatureRole::kClip)
      text += ", " + words_of(file.input);
  }
  return versions;
}

}  // namespace flowreel
