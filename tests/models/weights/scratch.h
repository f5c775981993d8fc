// Files for tests of readers: safetensors files put together by hand.
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
#include "tests/scratch_folder.h"

namespace flowreel::testing {

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
