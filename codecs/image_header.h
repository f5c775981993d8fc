// What a still image says of itself, read without decoding it: decoders allocate before they
// complain.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace flowreel {

enum class ImageKind { Png, Jpeg, WebP };

struct ImageHeader {
  ImageKind kind = ImageKind::Png;
  int64_t width = 0;  // pixels as stored; 0 for WebP, whose decoder checks before it allocates
  int64_t height = 0;
  int orientation = 1;  // EXIF, 1 to 8; 1 is upright
};

// Recognises the file by its first bytes and walks its chunks or segments to the end. DataError,
// beginning with `name`: another format, a file cut short (the end mark is missing), CMYK, or more
// than max_pixels.
ImageHeader read_image_header(const std::vector<uint8_t>& data, const std::string& name,
                              int64_t max_pixels);

}  // namespace flowreel
