#include <ATen/core/Tensor.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "errors/error.h"
#include "errors/quote.h"
#include "files/output_file.h"
#include "models/weights/safetensors.h"
#include "models/weights/safetensors_header.h"
#include "models/weights/shape_text.h"
#include "models/weights/stored_type.h"

namespace flowreel {
namespace {

using NamedTensor = std::pair<const std::string, at::Tensor>;

std::string json_text(const std::string& text, const std::string& path) {
  try {
    return nlohmann::json(text).dump();
  } catch (const nlohmann::json::exception&) {
    throw DataError(path + ": " + quote(text) + " is not UTF-8 and cannot be written");
  }
}

void check_writable(const NamedTensor& entry, const std::string& path) {
  const auto& [name, tensor] = entry;
  const std::string where = path + ": tensor " + quote(name);
  const SafetensorsLimits limits;
  if (!tensor.defined()) throw DataError(where + " has no value to write");
  if (!stored_rank(tensor.scalar_type())) {
    throw DataError(where + " has type " + stored_name(tensor.scalar_type()) +
                    ", expected one of " + stored_type_list());
  }
  if (static_cast<size_t>(tensor.dim()) > limits.max_rank) {
    throw DataError(where + " has " + std::to_string(tensor.dim()) + " dimensions, at most " +
                    std::to_string(limits.max_rank) + " can be written");
  }
  if (name == "__metadata__" || name.size() > limits.max_name_bytes ||
      name.find('\0') != std::string::npos) {
    throw DataError(where + " has a name that cannot be written");
  }
}

// Widest elements first, then by name, as the reference writes them: so every tensor is aligned.
std::vector<const NamedTensor*> file_order(const std::map<std::string, at::Tensor>& tensors) {
  std::vector<const NamedTensor*> order;
  for (const NamedTensor& entry : tensors) order.push_back(&entry);
  std::stable_sort(order.begin(), order.end(), [](const NamedTensor* a, const NamedTensor* b) {
    return *stored_rank(a->second.scalar_type()) < *stored_rank(b->second.scalar_type());
  });
  return order;
}

std::string header_text(const std::vector<const NamedTensor*>& order,
                        const std::map<std::string, std::string>& metadata,
                        const std::string& path) {
  std::string text = "{";
  if (!metadata.empty()) {
    text += "\"__metadata__\":{";
    for (const auto& [key, value] : metadata) {
      text += json_text(key, path) + ":" + json_text(value, path) + ",";
    }
    text.back() = '}';
    text += ",";
  }
  uint64_t offset = 0;
  for (const NamedTensor* entry : order) {
    const at::Tensor& tensor = entry->second;
    std::string shape = shape_text({tensor.sizes().begin(), tensor.sizes().end()});
    shape.erase(std::remove(shape.begin(), shape.end(), ' '), shape.end());
    text += json_text(entry->first, path) + ":{\"dtype\":\"" + stored_name(tensor.scalar_type()) +
            "\",\"shape\":" + shape + ",\"data_offsets\":[" + std::to_string(offset) + ",";
    offset += tensor.nbytes();
    text += std::to_string(offset) + "]},";
  }
  if (text.back() == ',') text.pop_back();
  text += "}";
  text.append((8 - text.size() % 8) % 8, ' ');
  return text;
}

}  // namespace

void write_safetensors(OutputFile& file, const std::map<std::string, at::Tensor>& tensors,
                       const std::map<std::string, std::string>& metadata) {
  for (const NamedTensor& entry : tensors) check_writable(entry, file.path());
  const std::vector<const NamedTensor*> order = file_order(tensors);
  const std::string header = header_text(order, metadata, file.path());
  const uint64_t length = header.size();
  file.write(&length, kLengthBytes);
  file.write(header.data(), header.size());
  for (const NamedTensor* entry : order) {
    const at::Tensor stored = entry->second.detach().cpu().contiguous();
    file.write(stored.data_ptr(), stored.nbytes());
  }
  file.commit();
}

void write_safetensors(const std::string& path, const std::map<std::string, at::Tensor>& tensors,
                       const std::map<std::string, std::string>& metadata) {
  OutputFile file(path, /*overwrite=*/true);
  write_safetensors(file, tensors, metadata);
}

}  // namespace flowreel
