// SHA-256 of tensors, files and weights: what the manifest proves with.
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <memory>
#include <string>

#include "models/model_dir.h"

namespace flowreel {

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  void update(const void* data, size_t bytes);
  std::string hex();  // 64 lower-case digits; once, at the end

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Of the tensor's bytes in C order, little-endian, in the type it has.
std::string sha256_of_tensor(const at::Tensor& tensor);

// Of a file's bytes. IoError when it cannot be read.
std::string sha256_of_file(const std::string& path);

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
