#include "models/weights/safetensors.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <string_view>

#include "errors/error.h"
#include "errors/quote.h"
#include "files/file.h"
#include "models/weights/safetensors_header.h"

namespace flowreel {
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors data is little-endian");

// No header is longer than this, whatever the limit a caller sets (the reference's own bound).
constexpr uint64_t kHardHeaderBytes = 100'000'000;

struct ForeignFormat {
  std::string_view start;
  const char* hint;
};

constexpr const char* kPickleHint =
    "a PyTorch pickle, which can run code and is never loaded; convert it once in Python: "
    "safetensors.torch.save_file(torch.load(FILE, weights_only=True), \"model.safetensors\")";

constexpr std::array<ForeignFormat, 9> kForeignFormats = {{
    {"version https://git-lfs",
     "a Git LFS pointer: the weights themselves were not downloaded; run \"git lfs pull\" there"},
    {"PK\x03\x04", kPickleHint},
    {"\x80\x02", kPickleHint},
    {"\x80\x03", kPickleHint},
    {"\x80\x04", kPickleHint},
    {"\x80\x05", kPickleHint},
    {"GGUF", "a GGUF file, which is not supported; use the model's safetensors files"},
    {"<!DOCTYPE", "a web page: the download went wrong"},
    {"<html", "a web page: the download went wrong"},
}};

// Asked only once a file is known to be no safetensors file: these bytes could be a header's
// length.
[[noreturn]] void fail_to_open(const InputFile& file, const std::string& problem) {
  std::array<char, 32> start{};
  const size_t bytes = std::min<size_t>(start.size(), file.size());
  file.read(start.data(), bytes, 0);
  for (const ForeignFormat& format : kForeignFormats) {
    if (std::string_view(start.data(), bytes).substr(0, format.start.size()) == format.start) {
      throw DataError(file.path() + ": not a safetensors file but " + format.hint);
    }
  }
  throw DataError(file.path() + ": not a safetensors file: " + problem);
}

SafetensorsHeader read_header(const InputFile& file, const SafetensorsLimits& limits) {
  if (file.size() < kLengthBytes) {
    fail_to_open(file,
                 std::to_string(file.size()) + " bytes, expected at least 8 (HeaderTooSmall)");
  }
  uint64_t length = 0;
  file.read(&length, kLengthBytes, 0);
  const uint64_t most = std::min(limits.max_header_bytes, kHardHeaderBytes);
  if (length > most) {
    fail_to_open(file, "its header would have " + std::to_string(length) + " bytes, at most " +
                           std::to_string(most) + " are read (HeaderTooLarge)");
  }
  if (length > file.size() - kLengthBytes) {
    fail_to_open(file, "its header would have " + std::to_string(length) +
                           " bytes, but the file has " + std::to_string(file.size()) +
                           " (InvalidHeaderLength)");
  }
  std::string text(length, '\0');
  file.read(text.data(), length, kLengthBytes);
  return parse_safetensors_header(text, file.size(), file.path(), limits);
}

at::Tensor allocate(const TensorInfo& info, const std::string& where) {
  try {
    return at::empty(info.shape, info.dtype);
  } catch (const c10::Error&) {
    throw MemoryError(where + ": no memory for its " + std::to_string(info.bytes()) + " bytes");
  }
}

}  // namespace

struct SafetensorsFile::State {
  State(const std::string& path, const SafetensorsLimits& limits)
      : file(path), header(read_header(file, limits)) {}
  InputFile file;
  SafetensorsHeader header;
};

SafetensorsFile::SafetensorsFile(const std::string& path, const SafetensorsLimits& limits)
    : state_(std::make_unique<State>(path, limits)) {}
SafetensorsFile::~SafetensorsFile() = default;
SafetensorsFile::SafetensorsFile(SafetensorsFile&&) noexcept = default;

const std::string& SafetensorsFile::path() const { return state_->file.path(); }
const std::map<std::string, TensorInfo>& SafetensorsFile::tensors() const {
  return state_->header.tensors;
}
const std::map<std::string, std::string>& SafetensorsFile::metadata() const {
  return state_->header.metadata;
}

at::Tensor SafetensorsFile::read(const std::string& name) const {
  const auto found = tensors().find(name);
  if (found == tensors().end()) throw DataError(path() + ": no tensor " + quote(name));
  const TensorInfo& info = found->second;
  const std::string where = path() + ": tensor " + quote(name);
  at::Tensor tensor = allocate(info, where);
  if (info.bytes() == 0) return tensor;
  state_->file.read(tensor.data_ptr(), info.bytes(), info.begin);
  if (info.dtype == at::kBool) {
    const auto* bytes = static_cast<const uint8_t*>(tensor.data_ptr());
    if (std::any_of(bytes, bytes + info.bytes(), [](uint8_t b) { return b > 1; })) {
      throw DataError(where + ": a BOOL byte that is neither 0 nor 1");
    }
  }
  return tensor;
}

}  // namespace flowreel
