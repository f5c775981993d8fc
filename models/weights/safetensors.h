// The safetensors format (huggingface/safetensors), read strictly and written atomically.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace flowreel {

class OutputFile;

// Where one tensor lies in its file and what it is. `begin` and `end` count from the start of the
// file.
struct TensorInfo {
  at::ScalarType dtype = at::kFloat;
  std::vector<int64_t> shape;
  uint64_t begin = 0;
  uint64_t end = 0;
  uint64_t bytes() const { return end - begin; }
};

struct SafetensorsLimits {
  uint64_t max_header_bytes = 16u << 20;
  uint64_t max_tensors = 100'000;
  size_t max_rank = 8;
  size_t max_name_bytes = 512;
  size_t max_metadata = 10'000;
};

// An open file whose header has passed every check; data is read on request, by pread, never
// mapped. Errors: MissingInputError (cannot be opened), DataError (header, or another format: said
// which, and what to do), IoError (the file changed while being read).
class SafetensorsFile {
 public:
  explicit SafetensorsFile(const std::string& path, const SafetensorsLimits& limits = {});
  ~SafetensorsFile();
  SafetensorsFile(SafetensorsFile&&) noexcept;

  const std::string& path() const;
  const std::map<std::string, TensorInfo>& tensors() const;
  const std::map<std::string, std::string>& metadata() const;

  // The tensor on the CPU, in the type it is stored in; may be called from several threads.
  // DataError if there is no such tensor, or a BOOL that is neither 0 nor 1; IoError as above;
  // MemoryError.
  at::Tensor read(const std::string& name) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Writes tensors (any device, made contiguous) to path: temporary name in the same folder, fsync,
// rename. A file that is there is replaced. The same tensors give the same bytes; with at most one
// entry of metadata they are those of the reference implementation, which does not sort metadata.
// DataError (a name, type or rank that the format or the reader does not take), OutputError (cannot
// be created), IoError (disk full and the like); nothing is left behind then.
void write_safetensors(const std::string& path, const std::map<std::string, at::Tensor>& tensors,
                       const std::map<std::string, std::string>& metadata = {});

// The same into a file that was opened before, so that what cannot be created fails early.
void write_safetensors(OutputFile& file, const std::map<std::string, at::Tensor>& tensors,
                       const std::map<std::string, std::string>& metadata = {});

}  // namespace flowreel
