// Pairs of noise and what a teacher makes of it, on disk, so that each is made once however often a
// run is stopped.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <string>
#include <vector>

#include "pipeline/train/clip_set.h"
#include "pipeline/train/objective.h"
#include "pipeline/train/reflow/carry.h"

namespace flowreel {

struct PairSetOptions {
  std::string folder;            // made when it is not there; may hold several sets
  std::string name;              // of the set: its files begin with it
  std::string key;               // what the samples depend on: the teacher and its solver
  std::vector<int64_t> shape;    // of one sample
  uint64_t seed = 0;             // of the noise
  uint32_t stream = 0;           // sets with another one share no noise, see Stream::kPairs
  int64_t first = 0, count = 0;  // pairs first … first + count - 1 of all that the seed has
  int64_t batch = 1;             // made together, and one file
  std::function<void(int64_t done, int64_t total)> progress;  // after each new file; may be empty
};

class PairSet {
 public:
  using CaptionOf = std::function<std::string(int64_t number)>;
  // noise [n,...] on the CPU and n captions → where they lead to.
  using Make =
      std::function<Carried(const at::Tensor& noise, const std::vector<std::string>& captions)>;

  // Reads the files that are there and makes the others, each atomically, with the same bits
  // whichever those are. What `make` and `progress` throw stops it; finished files stay. The noise
  // of pair n is philox_normal with (seed, substream(Stream::kPairs, stream), n) and is not kept.
  // ConfigError: a file of another key, or of other captions. DataError: a broken file, or one
  // whose tensors are not what was written. OutputError, IoError.
  PairSet(PairSetOptions options, const CaptionOf& caption_of, const Make& make);

  int64_t count() const { return options_.count; }

  // The pairs of these numbers, counted from `first`, with data as it is kept, in float16; all on
  // the CPU, float32.
  Batch pairs(const ClipNumbers& numbers) const;

  // Means over the set, per element of a sample.
  double straightness() const { return straightness_; }
  double transport() const { return transport_; }

 private:
  struct Part;
  Part read(const std::string& path, const std::vector<std::string>& captions) const;
  Part make_part(int64_t from, const std::vector<std::string>& captions, const Make& make) const;
  void write(const std::string& path, const std::vector<std::string>& captions,
             const Part& part) const;
  at::Tensor noise(const ClipNumbers& numbers) const;

  PairSetOptions options_;
  std::vector<std::string> captions_;
  at::Tensor samples_;  // [count,...] float16
  double straightness_ = 0, transport_ = 0;
};

}  // namespace flowreel
