// Where frames come from: a container or a folder, the same to the reader.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <optional>
#include <string>

#include "codecs/clip.h"

namespace flowreel {

struct TimedFrame {
  at::Tensor pixels;    // [H,W,3] uint8 RGB
  double begin = 0;     // seconds after the first frame; never decreases
  double duration = 0;  // seconds; > 0
};

class FrameSource {
 public:
  virtual ~FrameSource() = default;
  virtual const ClipInfo& info() const = 0;
  virtual double tick() const = 0;  // seconds: how coarse the source's clock is
  virtual std::optional<TimedFrame> next() = 0;
};

// Of the options, the limits and opencv_colours.
std::unique_ptr<FrameSource> open_container(const std::string& path, const ReadOptions& options);

// PNG, JPEG and WebP images of one size, in natural order of their names ("2.png" before "10.png");
// other files and names that begin with a dot are passed over. DataError: no image, sizes that
// differ, a broken image.
std::unique_ptr<FrameSource> open_folder(const std::string& path, double fps,
                                         const ReadLimits& limits);

}  // namespace flowreel
