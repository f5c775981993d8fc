#include "models/weights/weights.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string_view>

#include "errors/error.h"
#include "errors/quote.h"
#include "models/weights/json.h"
#include "models/weights/locate.h"

namespace flowreel {
namespace {

namespace fs = std::filesystem;

// Each shard is an open file.
constexpr size_t kMaxShards = 512;

// Shards lie beside their index: a name is a plain file name, ^[A-Za-z0-9._-]+\.safetensors$.
void check_shard_name(const std::string& name, const std::string& index) {
  if (name.find('/') != std::string::npos || name.find('\\') != std::string::npos ||
      name.find("..") != std::string::npos) {
    throw PathError(index + ": shard " + quote(name) +
                    " leaves the directory; shards must lie beside their index");
  }
  constexpr std::string_view kSuffix = ".safetensors";
  const bool plain = std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return c < 0x80 && (std::isalnum(c) != 0 || c == '.' || c == '_' || c == '-');
  });
  if (!plain || name.size() <= kSuffix.size() || !name.ends_with(kSuffix)) {
    throw DataError(index + ": shard " + quote(name) +
                    " is not a file name made of A-Z a-z 0-9 . _ - that ends in .safetensors");
  }
}

// Tensor name → shard name, as the index has it.
std::map<std::string, std::string> read_index(const std::string& index) {
  const nlohmann::json document = read_json_file(index);
  const auto map = document.is_object() ? document.find("weight_map") : document.end();
  if (map == document.end() || !map->is_object()) {
    throw DataError(index + ": no weight_map, expected {\"weight_map\": {tensor: shard file}}");
  }
  std::map<std::string, std::string> shards;
  for (const auto& [tensor, shard] : map->items()) {
    if (!shard.is_string()) {
      throw DataError(index + ": the shard of " + quote(tensor) + " is not text");
    }
    check_shard_name(shard.get<std::string>(), index);
    shards.emplace_hint(shards.end(), tensor, shard.get<std::string>());
  }
  return shards;
}

SafetensorsFile open_shard(const std::string& index, const std::string& name) {
  try {
    return SafetensorsFile((fs::path(index).parent_path() / name).string());
  } catch (const MissingInputError& e) {
    throw MissingInputError(std::string(e.what()) + " (a shard named by " + index + ")");
  }
}

}  // namespace

Weights Weights::open(const std::string& path) {
  Weights weights;
  weights.path_ = path;
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    weights.open_single(path);
    return weights;
  }
  const WeightsLocation location = locate_weights(path);
  if (location.is_index) {
    weights.open_shards(location.file);
  } else {
    weights.open_single(location.file);
  }
  return weights;
}

void Weights::open_single(const std::string& file) {
  files_.emplace_back(file);
  for (const auto& [name, info] : files_[0].tensors()) where_.emplace_hint(where_.end(), name, 0);
}

void Weights::open_shards(const std::string& index) {
  std::map<std::string, size_t> numbers;  // shard name → index into files_
  for (const auto& [tensor, shard] : read_index(index)) {
    const auto [entry, is_new] = numbers.try_emplace(shard, files_.size());
    if (is_new && files_.size() == kMaxShards) {
      throw DataError(index + ": more than " + std::to_string(kMaxShards) + " shards");
    }
    if (is_new) files_.push_back(open_shard(index, shard));
    where_.emplace_hint(where_.end(), tensor, entry->second);
  }
  for (const auto& [tensor, number] : where_) {
    if (files_[number].tensors().count(tensor) != 0) continue;
    const auto holder = std::find_if(
        files_.begin(), files_.end(),
        [&](const SafetensorsFile& file) { return file.tensors().count(tensor) != 0; });
    throw DataError(
        index + ": tensor " + quote(tensor) + " is not in " + files_[number].path() +
        (holder == files_.end() ? " nor in another shard" : " but in " + holder->path()));
  }
}

std::vector<std::string> Weights::names() const {
  std::vector<std::string> names;
  names.reserve(where_.size());
  for (const auto& [name, number] : where_) names.push_back(name);
  return names;
}

const TensorInfo& Weights::info(const std::string& name) const {
  return file_of(name).tensors().at(name);
}

at::Tensor Weights::read(const std::string& name) const {
  const SafetensorsFile& file = file_of(name);
  at::Tensor tensor = file.read(name);
  if (observer_) observer_(name, file.tensors().at(name), tensor.data_ptr(), tensor.nbytes());
  return tensor;
}

const SafetensorsFile& Weights::file_of(const std::string& name) const {
  const auto found = where_.find(name);
  if (found == where_.end()) throw DataError(path_ + ": no tensor " + quote(name));
  return files_[found->second];
}

}  // namespace flowreel
