// Encoded clips on disk, so that a clip is encoded once however often, and in however many runs, it
// is seen.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <string>
#include <vector>

#include "pipeline/train/clip_set.h"

namespace flowreel {

class LatentCache {
 public:
  struct Options {
    std::string folder;      // may hold latents of many data sets and autoencoders
    std::string key;         // what latents depend on beside their clip: the autoencoder
    int64_t per_file = 256;  // clips
  };
  // Clips `numbers` → latents [n,C,T,h,w].
  using Encode = std::function<at::Tensor(const ClipNumbers& numbers)>;
  using Progress = std::function<void(int64_t done, int64_t total)>;

  // Holds the latents of clips 0 … count-1 of the set in memory, as float16: those that the folder
  // has under (key, identity), and the others, which are encoded and written there, file by file,
  // each atomically. `encode` and `progress` may throw to stop: finished files stay. DataError: a
  // broken file; OutputError, IoError.
  LatentCache(const Options& options, const ClipSet& set, int64_t count, const Encode& encode,
              const Progress& progress);

  // [n,C,T,h,w] float32 on the CPU.
  at::Tensor rows(const ClipNumbers& numbers) const;

 private:
  at::Tensor latents_;  // [count,C,T,h,w] float16
};

}  // namespace flowreel
