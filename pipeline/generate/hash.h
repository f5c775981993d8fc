// SHA-256 of tensors and weights: what the manifest proves with.
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <string>

#include "files/sha256.h"
#include "models/model_dir.h"

namespace flowreel {

// Of the tensor's bytes in C order, little-endian, in the type it has.
std::string sha256_of_tensor(const at::Tensor& tensor);

// Identity of the weights a run read, whatever files they lay in: for each component the SHA-256
// over the lines "name dtype [shape] sha256-of-the-bytes-as-stored\n" of its tensors, sorted by
// name.
class WeightsDigest {
 public:
  // Component → tensor name → its line.
  using Lines = std::map<std::string, std::map<std::string, std::string>>;

  ComponentReadObserver observer();
  std::map<std::string, std::string> by_component() const;

  // What was read so far, to be kept and added to another run's.
  const Lines& lines() const { return lines_; }
  void add(const Lines& lines);

 private:
  Lines lines_;
};

}  // namespace flowreel
