// The element types of safetensors files that flowreel reads and writes.
#pragma once

#include <c10/core/ScalarType.h>

#include <optional>
#include <string>
#include <string_view>

namespace flowreel {

// "BF16" → at::kBFloat16. Nothing for a name that is not read (see is_known_type).
std::optional<at::ScalarType> stored_type(std::string_view name);

// at::kBFloat16 → "BF16"; the name LibTorch has for it when safetensors files of ours cannot hold
// it.
std::string stored_name(at::ScalarType type);

// Place of a type in files that are written, widest first; nothing for a type that cannot be
// written.
std::optional<int> stored_rank(at::ScalarType type);

// Whether the format defines the name, be it read by flowreel or not.
bool is_known_type(std::string_view name);

// Every type that is read, for messages: "F64, F32, ...".
std::string stored_type_list();

}  // namespace flowreel
