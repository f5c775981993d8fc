// The weights of one model component, whether they lie in one safetensors file or in shards with an
// index.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "models/weights/safetensors.h"

namespace flowreel {

class Weights {
 public:
  // Called once for each tensor that is read, with its bytes as stored: lets a caller hash what was
  // used.
  using ReadObserver = std::function<void(const std::string& name, const TensorInfo&,
                                          const void* data, size_t bytes)>;

  // path: a .safetensors file, or a component directory holding `diffusion_pytorch_model` or
  // `model`, as one file
  // (`.safetensors`), as shards with `.safetensors.index.json`, or as the only variant of these
  // (`.fp16.` …). Only headers are read. The index decides: a tensor that lies in a shard but not
  // in the index is not seen, as in the reference loaders; one that is in the index but not in its
  // shard is a DataError. Other errors: as locate_weights and SafetensorsFile; PathError for a
  // shard outside the directory; MissingInputError for one that is not there.
  static Weights open(const std::string& path);

  const std::string& path() const { return path_; }
  std::vector<std::string> names() const;
  bool contains(const std::string& name) const { return where_.count(name) != 0; }
  // DataError when there is no such tensor.
  const TensorInfo& info(const std::string& name) const;
  // As SafetensorsFile::read. Each call reads the file; callers keep what they need.
  at::Tensor read(const std::string& name) const;
  void observe_reads(ReadObserver observer) { observer_ = std::move(observer); }

 private:
  void open_single(const std::string& file);
  void open_shards(const std::string& index);
  const SafetensorsFile& file_of(const std::string& name) const;

  std::string path_;
  std::vector<SafetensorsFile> files_;
  std::map<std::string, size_t> where_;  // tensor name → index into files_
  ReadObserver observer_;
};

}  // namespace flowreel
