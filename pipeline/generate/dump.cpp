#include "pipeline/generate/dump.h"

#include <ATen/ATen.h>

#include <cstdio>
#include <filesystem>

#include "errors/error.h"
#include "models/weights/safetensors.h"

namespace flowreel {

void TensorDump::open(bool overwrite) {
  if (!active()) return;
  std::error_code error;
  made_ = std::filesystem::create_directories(folder_, error);
  if (error || !std::filesystem::is_directory(folder_, error)) {
    throw OutputError("--dump-tensors " + folder_ + ": cannot be made: " + error.message());
  }
  if (overwrite) return;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, error)) {
    if (entry.path().extension() == ".safetensors") {
      throw OutputError("--dump-tensors " + folder_ +
                        ": holds safetensors files already (--overwrite replaces them)");
    }
  }
}

TensorDump::~TensorDump() {
  std::error_code not_empty;
  if (made_) std::filesystem::remove(folder_, not_empty);
}

void TensorDump::write(const std::string& name,
                       const std::map<std::string, at::Tensor>& tensors) const {
  if (!active()) return;
  std::map<std::string, at::Tensor> plain;
  for (const auto& [key, tensor] : tensors) {
    plain[key] = (tensor.is_floating_point() ? tensor.to(at::kFloat) : tensor).cpu().contiguous();
  }
  write_safetensors(folder_ + "/" + name + ".safetensors", plain);
}

std::string TensorDump::numbered(const std::string& name, int index) {
  char digits[16];
  std::snprintf(digits, sizeof digits, "_%03d", index);
  return name + digits;
}

}  // namespace flowreel
