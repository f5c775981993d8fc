#include "pipeline/generate/hash.h"

#include <ATen/ATen.h>
#include <openssl/evp.h>

#include <array>
#include <fstream>
#include <sstream>
#include <vector>

#include "errors/error.h"

namespace flowreel {

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() { EVP_MD_CTX_free(context); }
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  if (state_->context == nullptr ||
      EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr) != 1) {
    throw NumericsError("SHA-256: the crypto library cannot start a digest");
  }
}

Sha256::~Sha256() = default;

void Sha256::update(const void* data, size_t bytes) {
  EVP_DigestUpdate(state_->context, data, bytes);
}

std::string Sha256::hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_DigestFinal_ex(state_->context, digest.data(), &size);
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (unsigned int i = 0; i < size; ++i) {
    text += kDigits[digest[i] >> 4];
    text += kDigits[digest[i] & 15];
  }
  return text;
}

std::string sha256_of_tensor(const at::Tensor& tensor) {
  const at::Tensor flat = tensor.cpu().contiguous();
  Sha256 hash;
  hash.update(flat.const_data_ptr(), flat.nbytes());
  return hash.hex();
}

std::string sha256_of_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw IoError(path + ": cannot be read back");
  std::vector<char> block(1 << 20);
  Sha256 hash;
  while (in) {
    in.read(block.data(), static_cast<std::streamsize>(block.size()));
    hash.update(block.data(), static_cast<size_t>(in.gcount()));
  }
  if (in.bad()) throw IoError(path + ": cannot be read back");
  return hash.hex();
}

ComponentReadObserver WeightsDigest::observer() {
  return [this](const std::string& component, const std::string& name, const TensorInfo& info,
                const void* data, size_t bytes) {
    Sha256 hash;
    hash.update(data, bytes);
    std::ostringstream line;
    line << name << ' ' << c10::toString(info.dtype) << " [";
    for (size_t i = 0; i < info.shape.size(); ++i) line << (i == 0 ? "" : ",") << info.shape[i];
    line << "] " << hash.hex() << '\n';
    lines_[component][name] = line.str();
  };
}

void WeightsDigest::add(const Lines& lines) {
  for (const auto& [component, tensors] : lines) {
    for (const auto& [name, line] : tensors) lines_[component][name] = line;
  }
}

std::map<std::string, std::string> WeightsDigest::by_component() const {
  std::map<std::string, std::string> digests;
  for (const auto& [component, lines] : lines_) {
    Sha256 hash;
    for (const auto& [name, line] : lines) hash.update(line.data(), line.size());
    digests[component] = hash.hex();
  }
  return digests;
}

}  // namespace flowreel
