// A fixed set of encoded clips on disk, so that a clip is encoded once however often it is seen.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <string>
#include <vector>

namespace flowreel {

class LatentCache {
 public:
  struct Options {
    std::string folder;
    std::string key;  // what the latents depend on; a folder holds those of one key
    int64_t count = 0;
    int64_t per_file = 256;
  };
  // Clips first … first+count-1 → latents [count,C,T,h,w].
  using Encode = std::function<at::Tensor(int64_t first, int64_t count)>;
  using Progress = std::function<void(int64_t done, int64_t total)>;

  // Encodes what is not in the folder yet, file by file, each written atomically; then holds all of
  // it in memory as float16. `progress` may throw to stop: finished files stay. DataError: the
  // folder holds another key's latents. OutputError, IoError.
  LatentCache(const Options& options, const Encode& encode, const Progress& progress);

  int64_t count() const { return latents_.size(0); }

  // [n,C,T,h,w] float32 on the CPU; indices in 0..count-1.
  at::Tensor rows(const at::Tensor& indices) const;

 private:
  at::Tensor latents_;  // [count,C,T,h,w] float16
};

// 16 hexadecimal digits (FNV-1a) of the tensors' bytes: tells weights and clips apart.
std::string content_key(const std::vector<at::Tensor>& values);

}  // namespace flowreel
