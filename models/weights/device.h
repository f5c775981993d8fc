// Devices: the words for them, and how exactly they compute.
#pragma once

#include <c10/core/Device.h>

#include <string>

namespace flowreel {

// "auto" (CUDA where there is one), "cpu", "cuda", "cuda:N". UsageError for another word,
// UnavailableError for a device that is not there; both begin with `option`.
at::Device parse_device(const std::string& name, const std::string& option = "--device");

// float32 means float32, and the same kernels every time: no TF32, and of cuDNN's algorithms only
// those that repeat. For the whole process.
void use_exact_kernels();

}  // namespace flowreel
