#include "pipeline/generate/hash.h"

#include <ATen/ATen.h>

#include <sstream>

#include "files/sha256.h"

namespace flowreel {

std::string sha256_of_tensor(const at::Tensor& tensor) {
  const at::Tensor flat = tensor.cpu().contiguous();
  Sha256 hash;
  hash.update(flat.const_data_ptr(), flat.nbytes());
  return hash.hex();
}

ComponentReadObserver WeightsDigest::observer() {
  return [this](const std::string& component, const std::string& name, const TensorInfo& info,
                const void* data, size_t bytes) {
    Sha256 hash;
    hash.update(data, bytes);
    std::ostringstream line;
    line << name << ' ' << c10::toString(info.dtype) << " [";
    for (size_t i = 0; i < info.shape.size(); ++i) line << (i == 0 ? "" : ",") << info.shape[i];
    line << "] " << hash.hex() << '\n';
    lines_[component][name] = line.str();
  };
}

void WeightsDigest::add(const Lines& lines) {
  for (const auto& [component, tensors] : lines) {
    for (const auto& [name, line] : tensors) lines_[component][name] = line;
  }
}

std::map<std::string, std::string> WeightsDigest::by_component() const {
  std::map<std::string, std::string> digests;
  for (const auto& [component, lines] : lines_) {
    Sha256 hash;
    for (const auto& [name, line] : lines) hash.update(line.data(), line.size());
    digests[component] = hash.hex();
  }
  return digests;
}

}  // namespace flowreel
