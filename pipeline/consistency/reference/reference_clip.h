// A clip measured beside a reference that is read along with it.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>
#include <vector>

#include "codecs/reader.h"
#include "pipeline/consistency/reference/reference_meter.h"

namespace flowreel {

class ReferenceClip {
 public:
  // Names of the clip, for messages, and of its reference. Errors as VideoReader.
  ReferenceClip(std::string clip, std::string reference, const ReadOptions& read);

  void see(const at::Tensor& frame);  // the clip's next frame, [H,W,3] uint8 RGB

  // Once. DataError, also of see(): the two differ in size or length.
  ReferenceMeasurements finish();

 private:
  void compare(const std::optional<at::Tensor>& other, const std::optional<at::Tensor>& frame);

  std::string clip_, reference_;
  VideoReader reader_;
  ReferenceMeter meter_;
};

}  // namespace flowreel
