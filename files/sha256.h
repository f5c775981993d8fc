// SHA-256 of bytes and files, by OpenSSL.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

namespace flowreel {

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  void update(const void* data, size_t bytes);
  std::string hex();  // 64 lower-case digits; once, at the end

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Of a file's bytes. IoError when it cannot be read.
std::string sha256_of_file(const std::string& path);

}  // namespace flowreel
