// Files for tests of readers: a folder that goes away again, safetensors files put together by
// hand.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "errors/error.h"

namespace flowreel::testing {

// A fresh folder, removed with all it holds.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "flowreel-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no scratch folder");
    path_ = name;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

  // Writes a file and returns its path. A new file, since some file systems flush one that is cut
  // and rewritten.
  std::string put(const std::string& name, const std::string& bytes) const {
    std::filesystem::remove(*this / name);
    std::filesystem::create_directories(std::filesystem::path(*this / name).parent_path());
    std::ofstream(*this / name, std::ios::binary) << bytes;
    return *this / name;
  }

  size_t file_count() const {
    return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(path_), {}));
  }

 private:
  std::string path_;
};

inline std::string slurp(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline std::string length_bytes(uint64_t length) {
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  return bytes;
}

// A safetensors file with this header and that many bytes of data, 0, 1, 2, ...
inline std::string file_bytes(const std::string& header, size_t data_bytes) {
  std::string bytes = length_bytes(header.size()) + header;
  for (size_t i = 0; i < data_bytes; ++i) bytes += static_cast<char>(i);
  return bytes;
}

// One entry of a header, data_offsets and shape as JSON text.
inline std::string entry(const std::string& name, const std::string& dtype,
                         const std::string& shape, const std::string& offsets) {
  return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape +
         ",\"data_offsets\":" + offsets + "}";
}

// A header of these entries.
inline std::string header_of(const std::vector<std::string>& entries) {
  std::string header = "{";
  for (const std::string& entry : entries)
    header.append(header.size() > 1 ? "," : "").append(entry);
  return header.append("}");
}

// Runs statement and expects a flowreel::Error with this exit code whose one line holds every one
// of `parts`.
template <class Statement>
void expect_error(int exit_code, const std::vector<std::string>& parts, Statement&& statement) {
  try {
    statement();
  } catch (const Error& e) {
    const std::string text = e.what();
    EXPECT_EQ(e.exit_code(), exit_code) << text;
    for (const std::string& part : parts) {
      EXPECT_NE(text.find(part), std::string::npos) << "no \"" << part << "\" in: " << text;
    }
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
    EXPECT_LT(text.size(), 2000u) << text;
    return;
  }
  ADD_FAILURE() << "no error, expected exit code " << exit_code;
}

}  // namespace flowreel::testing
