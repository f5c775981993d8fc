#include "models/weights/config.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

#include "errors/error.h"
#include "models/weights/json.h"

namespace flowreel {

using Json = nlohmann::json;

struct ModelConfig::Value {
  Json json;

  // Nothing when the key is absent or null.
  const Json* find(const std::string& key) const {
    const auto found = json.find(key);
    return found == json.end() || found->is_null() ? nullptr : &*found;
  }
};

namespace {

std::string printed(const Json& value) {
  const std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  return text.size() <= 80 ? text : text.substr(0, 77) + "...";
}

std::string printed(double value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

// The integer, if value is one, fits 64 bits and lies in the range.
std::optional<int64_t> as_int(const Json& value, int64_t lo, int64_t hi) {
  constexpr uint64_t kMax = std::numeric_limits<int64_t>::max();
  if (!value.is_number_integer()) return std::nullopt;
  if (value.is_number_unsigned() && value.get<uint64_t>() > kMax) return std::nullopt;
  const auto number = value.get<int64_t>();
  if (number < lo || number > hi) return std::nullopt;
  return number;
}

std::string int_range(const std::string& noun, int64_t lo, int64_t hi) {
  return noun + " from " + std::to_string(lo) + " to " + std::to_string(hi);
}

}  // namespace

ModelConfig::ModelConfig(std::shared_ptr<const Value> value, std::string what, std::string prefix)
    : value_(std::move(value)), what_(std::move(what)), prefix_(std::move(prefix)) {
  if (!value_->json.is_object()) {
    const std::string subject = prefix_.empty() ? "" : prefix_.substr(0, prefix_.size() - 1) + " ";
    throw DataError(what_ + ": " + subject + "is " + printed(value_->json) +
                    ", expected a JSON object");
  }
}

ModelConfig ModelConfig::from_file(const std::string& path) {
  return {std::make_shared<const Value>(Value{read_json_file(path)}), path, ""};
}

ModelConfig ModelConfig::from_text(const std::string& text, const std::string& what) {
  return {std::make_shared<const Value>(Value{parse_json(text, what)}), what, ""};
}

std::vector<std::string> ModelConfig::keys() const {
  std::vector<std::string> names;
  for (const auto& [name, value] : value_->json.items()) names.push_back(name);
  return names;
}

bool ModelConfig::has(const std::string& key) const { return value_->find(key) != nullptr; }

bool ModelConfig::is_null(const std::string& key) const {
  const auto found = value_->json.find(key);
  return found != value_->json.end() && found->is_null();
}

void ModelConfig::fail(const std::string& key, const std::string& expectation) const {
  const auto found = value_->json.find(key);
  const std::string state = found == value_->json.end() ? "is missing" : "is " + printed(*found);
  throw DataError(what_ + ": " + prefix_ + key + " " + state + ", expected " + expectation);
}

int64_t ModelConfig::require_int(const std::string& key, int64_t lo, int64_t hi) const {
  const Json* value = value_->find(key);
  const auto number = value != nullptr ? as_int(*value, lo, hi) : std::nullopt;
  if (!number) fail(key, int_range("an integer", lo, hi));
  return *number;
}

double ModelConfig::require_double(const std::string& key, double lo, double hi) const {
  const Json* value = value_->find(key);
  const bool is_number = value != nullptr && value->is_number();
  const double number = is_number ? value->get<double>() : 0.0;
  if (!is_number || !(number >= lo && number <= hi)) {
    fail(key, "a number from " + printed(lo) + " to " + printed(hi));
  }
  return number;
}

bool ModelConfig::require_bool(const std::string& key) const {
  const Json* value = value_->find(key);
  if (value == nullptr || !value->is_boolean()) fail(key, "true or false");
  return value->get<bool>();
}

std::string ModelConfig::require_string(const std::string& key) const {
  const Json* value = value_->find(key);
  if (value == nullptr || !value->is_string()) fail(key, "text");
  return value->get<std::string>();
}

std::vector<int64_t> ModelConfig::require_int_list(const std::string& key, int64_t lo,
                                                   int64_t hi) const {
  const std::string expectation = int_range("a list of integers", lo, hi);
  const Json* value = value_->find(key);
  if (value == nullptr) fail(key, expectation);
  if (!value->is_array()) return {require_int(key, lo, hi)};
  std::vector<int64_t> list;
  for (const Json& element : *value) {
    const auto number = as_int(element, lo, hi);
    if (!number) fail(key, expectation);
    list.push_back(*number);
  }
  return list;
}

std::vector<std::string> ModelConfig::require_string_list(const std::string& key) const {
  const Json* value = value_->find(key);
  const bool fits = value != nullptr && value->is_array() &&
                    std::all_of(value->begin(), value->end(),
                                [](const Json& element) { return element.is_string(); });
  if (!fits) fail(key, "a list of texts");
  return value->get<std::vector<std::string>>();
}

int64_t ModelConfig::get_int(const std::string& key, int64_t default_value, int64_t lo,
                             int64_t hi) const {
  return has(key) ? require_int(key, lo, hi) : default_value;
}

double ModelConfig::get_double(const std::string& key, double default_value, double lo,
                               double hi) const {
  return has(key) ? require_double(key, lo, hi) : default_value;
}

bool ModelConfig::get_bool(const std::string& key, bool default_value) const {
  return has(key) ? require_bool(key) : default_value;
}

std::string ModelConfig::get_string(const std::string& key,
                                    const std::string& default_value) const {
  return has(key) ? require_string(key) : default_value;
}

std::vector<int64_t> ModelConfig::get_int_list(const std::string& key,
                                               const std::vector<int64_t>& default_value,
                                               int64_t lo, int64_t hi) const {
  return has(key) ? require_int_list(key, lo, hi) : default_value;
}

std::vector<std::string> ModelConfig::get_string_list(
    const std::string& key, const std::vector<std::string>& default_value) const {
  return has(key) ? require_string_list(key) : default_value;
}

ModelConfig ModelConfig::object(const std::string& key) const {
  const Json* value = value_->find(key);
  if (value == nullptr || !value->is_object()) fail(key, "a JSON object");
  return {std::make_shared<const Value>(Value{*value}), what_, prefix_ + key + "."};
}

}  // namespace flowreel
