#include "pipeline/train/latent_cache.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "errors/error.h"
#include "models/weights/safetensors.h"

namespace flowreel {
namespace {

namespace fs = std::filesystem;

std::string file_of(const std::string& folder, int64_t number) {
  char name[48];
  std::snprintf(name, sizeof name, "latents_%05lld.safetensors", static_cast<long long>(number));
  return (fs::path(folder) / name).string();
}

at::Tensor read_part(const std::string& path, const std::string& key, int64_t count) {
  const SafetensorsFile file(path);
  const auto found = file.metadata().find("key");
  if (found == file.metadata().end() || found->second != key) {
    throw DataError(
        path +
        ": holds latents of another data set or autoencoder; remove the folder, or name "
        "another one");
  }
  at::Tensor latents = file.read("latents");
  if (latents.size(0) < count) {
    throw DataError(path + ": holds " + std::to_string(latents.size(0)) + " clips, expected " +
                    std::to_string(count));
  }
  return latents.narrow(0, 0, count);
}

}  // namespace

LatentCache::LatentCache(const Options& o, const Encode& encode, const Progress& progress) {
  std::error_code error;
  fs::create_directories(o.folder, error);
  if (error) throw OutputError(o.folder + ": cannot be made: " + error.message());
  std::vector<at::Tensor> parts;
  for (int64_t first = 0, number = 0; first < o.count; first += o.per_file, ++number) {
    const std::string path = file_of(o.folder, number);
    const int64_t count = std::min(o.per_file, o.count - first);
    if (!fs::exists(path)) {
      // A whole file even where fewer are asked for, so that a later run can ask for more.
      const at::Tensor latents = encode(first, o.per_file).to(at::kCPU, at::kHalf).contiguous();
      write_safetensors(path, {{"latents", latents}}, {{"key", o.key}});
    }
    parts.push_back(read_part(path, o.key, count));
    if (progress) progress(first + count, o.count);
  }
  latents_ = at::cat(parts);
}

at::Tensor LatentCache::rows(const at::Tensor& indices) const {
  return latents_.index_select(0, indices).to(at::kFloat);
}

std::string content_key(const std::vector<at::Tensor>& values) {
  uint64_t hash = 0xCBF29CE484222325u;
  for (const at::Tensor& value : values) {
    const at::Tensor bytes = value.detach().cpu().contiguous();
    const auto* data = static_cast<const uint8_t*>(bytes.const_data_ptr());
    for (size_t i = 0; i < bytes.nbytes(); ++i) hash = (hash ^ data[i]) * 0x100000001B3u;
  }
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(hash));
  return digits;
}

}  // namespace flowreel
