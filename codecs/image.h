// Still images: first frames, folders of frames.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace flowreel {

struct ImageLimits {
  int64_t max_pixels = 67108864;
  uint64_t max_bytes = uint64_t{256} << 20;  // of the file
};

// A PNG, JPEG or WebP (known by content, not by name) → [H,W,3] uint8 RGB, turned upright as its
// EXIF says. 16 bits are rounded to 8; alpha is dropped, the colours under it stay as stored; of an
// animated PNG the first picture counts. PathError and MissingInputError as for clips; DataError:
// another format, over a limit, CMYK, cut short or damaged — an image is decoded whole or not at
// all.
at::Tensor read_image(const std::string& path, const ImageLimits& limits = {});

// [H,W,3] uint8 RGB → the bytes of a PNG file, the same for the same pixels. UsageError: not such a
// tensor.
std::vector<uint8_t> encode_png(const at::Tensor& pixels);

// encode_png() into a file. Written under a temporary name,
// synced and renamed. OutputError: cannot be created, or exists and overwrite is false; IoError:
// writing failed; UsageError: not such a tensor.
void write_png(const std::string& path, const at::Tensor& pixels, bool overwrite = false);

}  // namespace flowreel
