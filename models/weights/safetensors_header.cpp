#include "models/weights/safetensors_header.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "errors/error.h"
#include "errors/quote.h"
#include "models/weights/json.h"
#include "models/weights/stored_type.h"

namespace flowreel {
namespace {

struct RawTensor {
  std::optional<at::ScalarType> dtype;
  std::optional<std::vector<uint64_t>> shape;
  std::optional<std::vector<uint64_t>> offsets;
};

// One pass over the text, without a tree: {name: {dtype, shape, data_offsets}, "__metadata__":
// {text: text}}. Anything else stops it at once, so depth, duplicates and counts cost no memory.
class HeaderReader : public nlohmann::json::json_sax_t {
 public:
  HeaderReader(const std::string& what, const SafetensorsLimits& limits)
      : what_(what), limits_(limits) {}

  std::map<std::string, RawTensor> tensors;
  std::map<std::string, std::string> metadata;

  bool null() override { return misplaced("null"); }
  bool boolean(bool) override { return misplaced("a boolean"); }
  bool number_integer(number_integer_t value) override { return misplaced(std::to_string(value)); }
  bool number_float(number_float_t, const string_t& text) override {
    return misplaced(text.substr(0, 40));
  }
  bool binary(binary_t&) override { return misplaced("binary data"); }

  bool number_unsigned(number_unsigned_t value) override {
    if (place_ == Place::kShape) {
      if (tensor_->shape->size() == limits_.max_rank) {
        fail(where() + " has more than " + std::to_string(limits_.max_rank) + " dimensions");
      }
      tensor_->shape->push_back(value);
    } else if (place_ == Place::kOffsets && tensor_->offsets->size() < 2) {
      tensor_->offsets->push_back(value);
    } else {
      return misplaced(std::to_string(value));
    }
    return true;
  }

  bool string(string_t& value) override {
    if (place_ == Place::kMetadata) {
      metadata[field_] = value;
    } else if (place_ == Place::kTensor && field_ == "dtype") {
      tensor_->dtype = stored_type(value);
      if (!tensor_->dtype) {
        fail(where() + " has dtype " + quote(value, 20) +
             (is_known_type(value) ? ", which is not supported" : ", which does not exist") +
             "; expected one of " + stored_type_list() + " (InvalidHeaderDeserialization)");
      }
    } else {
      return misplaced("text");
    }
    return true;
  }

  bool key(string_t& name) override {
    field_ = name;
    if (place_ == Place::kMetadata) return new_metadata();
    if (place_ == Place::kTensor) return new_field();
    return new_tensor();
  }

  bool start_object(std::size_t) override {
    if (place_ == Place::kOutside) {
      place_ = Place::kTop;
    } else if (place_ == Place::kTop) {
      place_ = field_ == kMetadataKey ? Place::kMetadata : Place::kTensor;
    } else {
      return misplaced("an object");
    }
    return true;
  }

  bool end_object() override {
    if (place_ == Place::kTensor) {
      if (!tensor_->dtype || !tensor_->shape || !tensor_->offsets) {
        fail(where() + " lacks dtype, shape or data_offsets (InvalidHeaderDeserialization)");
      }
      if (tensor_->offsets->size() != 2) fail(where() + " needs two data_offsets (InvalidOffset)");
    }
    place_ = place_ == Place::kTop ? Place::kOutside : Place::kTop;
    return true;
  }

  bool start_array(std::size_t) override {
    if (place_ == Place::kTensor && field_ == "shape") {
      place_ = Place::kShape;
      tensor_->shape.emplace();
    } else if (place_ == Place::kTensor && field_ == "data_offsets") {
      place_ = Place::kOffsets;
      tensor_->offsets.emplace();
    } else {
      return misplaced("a list");
    }
    return true;
  }

  bool end_array() override {
    place_ = Place::kTensor;
    return true;
  }

  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& e) override {
    const bool utf8 = std::string_view(e.what()).find("UTF-8") != std::string_view::npos;
    fail("the header is not valid JSON: " + json_problem(e.what()) +
         (utf8 ? " (InvalidHeader)" : " (InvalidHeaderDeserialization)"));
  }

 private:
  enum class Place { kOutside, kTop, kMetadata, kTensor, kShape, kOffsets };
  static constexpr std::string_view kMetadataKey = "__metadata__";

  [[noreturn]] void fail(const std::string& problem) const {
    throw DataError(what_ + ": " + problem);
  }

  std::string where() const { return "tensor " + quote(name_); }

  bool misplaced(const std::string& found) const {
    switch (place_) {
      case Place::kOutside:
        fail("the header is " + found + ", expected an object (InvalidHeaderDeserialization)");
      case Place::kTop:
        fail("the entry " + quote(field_) + " is " + found +
             ", expected an object (InvalidHeaderDeserialization)");
      case Place::kMetadata:
        fail("the metadata " + quote(field_) + " is " + found +
             ", expected text (InvalidHeaderDeserialization)");
      case Place::kTensor:
        fail(where() + " has " + found + " as its " + quote(field_) +
             " (InvalidHeaderDeserialization)");
      case Place::kShape:
        fail(where() + " has " + found +
             " in its shape, expected whole numbers from 0 (InvalidHeaderDeserialization)");
      case Place::kOffsets:
        break;
    }
    fail(where() + " has " + found +
         " in its data_offsets, expected two whole numbers from 0 (InvalidOffset)");
  }

  bool new_tensor() {
    if (field_ == kMetadataKey) {
      if (has_metadata_) fail("__metadata__ appears twice (InvalidHeaderDeserialization)");
      has_metadata_ = true;
      return true;
    }
    name_ = field_;
    if (name_.size() > limits_.max_name_bytes || name_.find('\0') != std::string::npos) {
      fail(where() + ": names have at most " + std::to_string(limits_.max_name_bytes) +
           " bytes and no NUL");
    }
    const auto [entry, is_new] = tensors.try_emplace(name_);
    if (!is_new) fail(where() + " appears twice (InvalidHeaderDeserialization)");
    if (tensors.size() > limits_.max_tensors) {
      fail("more than " + std::to_string(limits_.max_tensors) + " tensors");
    }
    tensor_ = &entry->second;
    return true;
  }

  bool new_field() {
    const bool known = field_ == "dtype" || field_ == "shape" || field_ == "data_offsets";
    if (!known) fail(where() + " has an unknown field " + quote(field_, 40));
    const bool repeated = field_ == "dtype"   ? tensor_->dtype.has_value()
                          : field_ == "shape" ? tensor_->shape.has_value()
                                              : tensor_->offsets.has_value();
    if (repeated) fail(where() + " has two " + field_ + " (InvalidHeaderDeserialization)");
    return true;
  }

  bool new_metadata() {
    if (!metadata.try_emplace(field_).second) {
      fail("the metadata " + quote(field_) + " appears twice (InvalidHeaderDeserialization)");
    }
    if (metadata.size() > limits_.max_metadata) {
      fail("more than " + std::to_string(limits_.max_metadata) + " entries of metadata");
    }
    return true;
  }

  const std::string& what_;
  const SafetensorsLimits& limits_;
  Place place_ = Place::kOutside;
  std::string name_;   // of the tensor
  std::string field_;  // last key
  RawTensor* tensor_ = nullptr;
  bool has_metadata_ = false;
};

// What a tensor of this type and shape takes in the file.
uint64_t checked_bytes(const RawTensor& tensor, const std::string& where) {
  constexpr uint64_t kMax = std::numeric_limits<int64_t>::max();
  uint64_t bytes = c10::elementSize(*tensor.dtype);
  uint64_t extent = bytes;  // as if zeros were ones: strides are computed from it
  for (uint64_t size : *tensor.shape) {
    const uint64_t factor = std::max<uint64_t>(size, 1);
    if (extent > kMax / factor) {
      throw DataError(where + ": its shape is too large to be counted (ValidationOverflow)");
    }
    extent *= factor;
    bytes *= size;
  }
  return bytes;
}

// The data must be one gapless row of tensors that ends where the file ends.
void check_layout(std::map<std::string, RawTensor>& tensors, uint64_t data_bytes,
                  const std::string& what) {
  using Entry = std::pair<const std::string, RawTensor>;
  std::vector<const Entry*> order;
  order.reserve(tensors.size());
  for (const Entry& entry : tensors) order.push_back(&entry);
  std::sort(order.begin(), order.end(),
            [](const Entry* a, const Entry* b) { return *a->second.offsets < *b->second.offsets; });
  uint64_t expected = 0;
  for (const Entry* entry : order) {
    const std::string where = what + ": tensor " + quote(entry->first);
    const uint64_t begin = entry->second.offsets->at(0), end = entry->second.offsets->at(1);
    if (begin != expected || end < begin) {
      throw DataError(
          where + " has data_offsets [" + std::to_string(begin) + ", " + std::to_string(end) +
          "], expected it to begin at " + std::to_string(expected) +
          ", where the one before ends: gaps and overlaps are not allowed (InvalidOffset)");
    }
    const uint64_t bytes = checked_bytes(entry->second, where);
    if (bytes != end - begin) {
      throw DataError(where + " takes " + std::to_string(bytes) +
                      " bytes by its shape and dtype, but its data_offsets hold " +
                      std::to_string(end - begin) + " (TensorInvalidInfo)");
    }
    expected = end;
  }
  if (expected != data_bytes) {
    throw DataError(what + ": the tensors take " + std::to_string(expected) + " bytes, but " +
                    std::to_string(data_bytes) +
                    " follow the header: the file is cut short or something was added "
                    "(MetadataIncompleteBuffer)");
  }
}

}  // namespace

SafetensorsHeader parse_safetensors_header(std::string_view text, uint64_t file_bytes,
                                           const std::string& what,
                                           const SafetensorsLimits& limits) {
  const size_t last = text.find_last_not_of(' ');
  if (text.empty() || text.front() != '{' || text[last] != '}') {
    throw DataError(what +
                    ": the header does not begin with '{' or does not end with '}' and spaces "
                    "(InvalidHeaderStart)");
  }
  HeaderReader reader(what, limits);
  nlohmann::json::sax_parse(text.begin(), text.end(), &reader);

  const uint64_t data_begin = kLengthBytes + text.size();
  check_layout(reader.tensors, file_bytes - data_begin, what);
  SafetensorsHeader header;
  header.metadata = std::move(reader.metadata);
  for (const auto& [name, raw] : reader.tensors) {
    TensorInfo info;
    info.dtype = *raw.dtype;
    info.shape.assign(raw.shape->begin(), raw.shape->end());
    info.begin = data_begin + raw.offsets->at(0);
    info.end = data_begin + raw.offsets->at(1);
    header.tensors.emplace_hint(header.tensors.end(), name, std::move(info));
  }
  return header;
}

}  // namespace flowreel
