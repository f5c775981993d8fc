// What a model's autoencoder alone costs: rendered scenes, encoded and decoded.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/evaluate/evaluate.h"
#include "pipeline/generate/size.h"

namespace flowreel {

class Autoencoder {
 public:
  // Loads it. Errors as generate().
  Autoencoder(const EvaluateOptions& options, const Events& events);
  ~Autoencoder();

  const ClipSize& size() const;  // of the clips it is asked for

  // frames [F,H,W,3] uint8 RGB of that size → the same, there and back.
  at::Tensor operator()(const at::Tensor& frames) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

// Of two clips [F,H,W,3] uint8.
Reconstruction compare_clips(const at::Tensor& source, const at::Tensor& reconstruction);

// A line with the means over the clips that have a reconstruction: PSNR, SSIM, and flicker_mc of
// both with their ratio. Empty when there is none.
std::string reconstruction_line(const std::vector<JudgedClip>& clips);

}  // namespace flowreel
