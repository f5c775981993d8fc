#include "models/weights/stored_type.h"

#include <algorithm>
#include <array>

namespace flowreel {
namespace {

struct StoredType {
  const char* name;
  at::ScalarType type;
};

// In the order in which the reference implementation lays tensors out, so that files are equal byte
// for byte.
constexpr std::array<StoredType, 10> kStoredTypes = {{
    {"I64", at::kLong},
    {"F64", at::kDouble},
    {"F32", at::kFloat},
    {"I32", at::kInt},
    {"BF16", at::kBFloat16},
    {"F16", at::kHalf},
    {"F8_E4M3", at::kFloat8_e4m3fn},
    {"F8_E5M2", at::kFloat8_e5m2},
    {"U8", at::kByte},
    {"BOOL", at::kBool},
}};

constexpr std::array<std::string_view, 12> kNotRead = {
    "F4", "F6_E2M3", "F6_E3M2", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ",
    "I8", "I16",     "U16",     "U32",     "U64",         "C64"};

}  // namespace

std::optional<at::ScalarType> stored_type(std::string_view name) {
  for (const StoredType& entry : kStoredTypes) {
    if (name == entry.name) return entry.type;
  }
  return std::nullopt;
}

std::string stored_name(at::ScalarType type) {
  const std::optional<int> rank = stored_rank(type);
  return rank ? kStoredTypes[static_cast<size_t>(*rank)].name : c10::toString(type);
}

std::optional<int> stored_rank(at::ScalarType type) {
  for (size_t i = 0; i < kStoredTypes.size(); ++i) {
    if (kStoredTypes[i].type == type) return static_cast<int>(i);
  }
  return std::nullopt;
}

bool is_known_type(std::string_view name) {
  return stored_type(name) || std::find(kNotRead.begin(), kNotRead.end(), name) != kNotRead.end();
}

std::string stored_type_list() {
  std::string out;
  for (const StoredType& entry : kStoredTypes)
    out += (out.empty() ? "" : ", ") + std::string(entry.name);
  return out;
}

}  // namespace flowreel
