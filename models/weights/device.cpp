#include "models/weights/device.h"

#include <ATen/Context.h>

#include "errors/error.h"

namespace flowreel {

at::Device parse_device(const std::string& name, const std::string& option) {
  const bool has_cuda = at::globalContext().hasCUDA();
  if (name == "auto") return has_cuda ? at::Device(at::kCUDA, 0) : at::Device(at::kCPU);
  if (name == "cpu") return at::kCPU;
  const bool indexed = name.rfind("cuda:", 0) == 0 && name.size() > 5 && name.size() <= 7 &&
                       name.find_first_not_of("0123456789", 5) == std::string::npos;
  if (name != "cuda" && !indexed) {
    throw UsageError(option + " is \"" + name + "\", expected auto, cpu, cuda or cuda:N");
  }
  if (!has_cuda)
    throw UnavailableError(option + " " + name +
                           ": this machine or this LibTorch has no CUDA device");
  const int index = indexed ? std::stoi(name.substr(5)) : 0;
  const int count = static_cast<int>(at::detail::getCUDAHooks().deviceCount());
  if (index >= count) {
    throw UnavailableError(option + " " + name + ": there are " + std::to_string(count) +
                           " CUDA devices");
  }
  return {at::kCUDA, static_cast<at::DeviceIndex>(index)};
}

void use_exact_kernels() {
  at::Context& context = at::globalContext();
  context.setAllowTF32CuBLAS(false);
  context.setAllowTF32CuDNN(false);
  context.setBenchmarkCuDNN(false);
  context.setDeterministicCuDNN(true);
}

}  // namespace flowreel
