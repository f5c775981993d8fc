// Clips with captions by number, wherever they come from.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <vector>

namespace flowreel {

using ClipNumbers = std::vector<int64_t>;

// Everything is a pure function of the number, 0 … count()-1.
class ClipSet {
 public:
  virtual ~ClipSet() = default;

  virtual int64_t count() const = 0;  // 0: endless

  // [n,3,F,H,W] float32 in [-1,1], RGB, on the set's device.
  virtual at::Tensor clips(const ClipNumbers& numbers) const = 0;

  virtual std::string caption(int64_t number) const = 0;

  // A short text without spaces that two clips share only if they show the same pixels.
  virtual std::string identity(int64_t number) const = 0;
};

struct ClipSets {
  std::shared_ptr<const ClipSet> training, validation;
};

// Identities and captions of a set that ends, as one short text; "" for an endless one, whose
// options say all.
std::string fingerprint_of(const ClipSet& set);

}  // namespace flowreel
