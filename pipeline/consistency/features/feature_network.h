// A network that somebody gave to the program as a file. Nothing here knows what such a file is: a
// TorchScript archive is a program, and what runs it (torchscript/) is linked by no library.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <vector>

namespace flowreel {

// Float32 tensors on the CPU in, one tensor out; may be called from several threads. What it throws
// is a std::exception whose text says why, on one line.
using FeatureNetwork = std::function<at::Tensor(const std::vector<at::Tensor>& inputs)>;

// Makes one of the bytes of a file. DataError: it cannot.
using NetworkLoader = std::function<FeatureNetwork(const std::vector<uint8_t>& bytes)>;

}  // namespace flowreel
