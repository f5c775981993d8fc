// The words for devices.
#pragma once

#include <c10/core/Device.h>

#include <string>

namespace flowreel {

// "auto" (CUDA where there is one), "cpu", "cuda", "cuda:N". UsageError for another word,
// UnavailableError for a device that is not there; both begin with `option`.
at::Device parse_device(const std::string& name, const std::string& option = "--device");

}  // namespace flowreel
