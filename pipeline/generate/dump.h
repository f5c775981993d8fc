// --dump-tensors: what lies between the stages, as safetensors files of one folder. float32 unless
// integer.
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <string>
#include <vector>

namespace flowreel {

class TensorDump {
 public:
  // folder: empty, and nothing is written.
  explicit TensorDump(const std::string& folder) : folder_(folder) {}
  TensorDump(const TensorDump&) = delete;
  TensorDump& operator=(const TensorDump&) = delete;
  ~TensorDump();  // removes a folder that it made when nothing came into it

  // Makes the folder when it is not there. OutputError when that fails, or when the folder holds
  // safetensors files and overwrite is false. Before the first write.
  void open(bool overwrite);

  bool active() const { return !folder_.empty(); }

  // folder/name.safetensors.
  void write(const std::string& name, const std::map<std::string, at::Tensor>& tensors) const;

  // name_000, name_001 …
  static std::string numbered(const std::string& name, int index);

 private:
  std::string folder_;
  bool made_ = false;
};

}  // namespace flowreel
