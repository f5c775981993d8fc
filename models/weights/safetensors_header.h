// The header of a safetensors file: JSON text in, checked list of tensors out. No file is touched
// here.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "models/weights/safetensors.h"

namespace flowreel {

// Bytes before the header: its length, little-endian.
inline constexpr uint64_t kLengthBytes = 8;

struct SafetensorsHeader {
  std::map<std::string, TensorInfo> tensors;
  std::map<std::string, std::string> metadata;
};

// Parses the header and applies every check of the reference implementation
// (huggingface/safetensors, Rust), whose name for the fault stands in the message, and the limits.
// file_bytes is the length of the whole file, at least that of text and the eight bytes before it.
// All faults are a DataError that begins with `what`, the file.
// Stricter than the reference (0.8.0) in four points: padding is spaces only, a tensor has no other
// fields than dtype, shape and data_offsets, __metadata__ is not null, and a dimension beside a
// zero must not overflow either.
SafetensorsHeader parse_safetensors_header(std::string_view text, uint64_t file_bytes,
                                           const std::string& what,
                                           const SafetensorsLimits& limits = {});

}  // namespace flowreel
