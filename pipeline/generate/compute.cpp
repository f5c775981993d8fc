#include "pipeline/generate/compute.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include <thread>

#include "errors/error.h"

namespace flowreel {
namespace {

at::Device parse_device(const std::string& name) {
  const bool has_cuda = at::globalContext().hasCUDA();
  if (name == "auto") return has_cuda ? at::Device(at::kCUDA, 0) : at::Device(at::kCPU);
  if (name == "cpu") return at::kCPU;
  const bool indexed = name.rfind("cuda:", 0) == 0 && name.size() > 5 && name.size() <= 7 &&
                       name.find_first_not_of("0123456789", 5) == std::string::npos;
  if (name != "cuda" && !indexed) {
    throw UsageError("--device is \"" + name + "\", expected auto, cpu, cuda or cuda:N");
  }
  if (!has_cuda)
    throw UnavailableError("--device " + name +
                           ": this machine or this LibTorch has no CUDA device");
  const int index = indexed ? std::stoi(name.substr(5)) : 0;
  const int count = static_cast<int>(at::detail::getCUDAHooks().deviceCount());
  if (index >= count) {
    throw UnavailableError("--device " + name + ": there are " + std::to_string(count) +
                           " CUDA devices");
  }
  return {at::kCUDA, static_cast<at::DeviceIndex>(index)};
}

}  // namespace

ComputePlan plan_compute(const ComputeOptions& options) {
  ComputePlan plan;
  plan.device = parse_device(options.device);
  if (options.dtype == "auto") {
    if (plan.device.is_cuda()) {
      plan.transformer = at::kBFloat16;
      plan.text = plan.vae = at::kHalf;
    }
  } else if (options.dtype == "float32" || options.dtype == "bfloat16" ||
             options.dtype == "float16") {
    const at::ScalarType type = options.dtype == "float32"    ? at::kFloat
                                : options.dtype == "bfloat16" ? at::kBFloat16
                                                              : at::kHalf;
    plan.transformer = plan.text = plan.vae = type;
  } else {
    throw UsageError("--dtype is \"" + options.dtype +
                     "\", expected auto, float32, bfloat16 or float16");
  }
  if (options.threads < 0 || options.threads > 1024) {
    throw UsageError("--threads is " + std::to_string(options.threads) +
                     ", expected 0 (one per core) to 1024");
  }
  const int cores = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  plan.threads = options.threads > 0 ? options.threads : cores;
  at::set_num_threads(plan.threads);
  at::Context& context = at::globalContext();
  context.setAllowTF32CuBLAS(false);  // float32 means float32
  context.setAllowTF32CuDNN(false);
  context.setBenchmarkCuDNN(false);
  context.setDeterministicCuDNN(true);
  return plan;
}

}  // namespace flowreel
