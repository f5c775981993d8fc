#include "configs/fields.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "configs/json_place.h"
#include "errors/error.h"
#include "errors/quote.h"

namespace flowreel {
namespace {

constexpr size_t kShown = 60;

std::string shown(const nlohmann::json& value) {
  std::string text =
      value.dump(-1, ' ', /*ensure_ascii=*/false, nlohmann::json::error_handler_t::replace);
  if (text.size() <= kShown) return text;
  return std::string(cut(text, kShown)) + "...";
}

// A pointer whose last key is somebody else's text: fit for a line, and not longer than one.
std::string shown_key(const std::string& pointer) {
  constexpr size_t kLongest = 120;
  std::string text = quote(pointer, kLongest);
  text.erase(text.rfind('"'), 1);
  return text.substr(1);
}

// Levenshtein's distance.
size_t edits(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

// "/key", escaped as a pointer asks for.
std::string as_token(const std::string& key) {
  return (nlohmann::json::json_pointer() / key).to_string();
}

// The whole number that a value is, if T holds it. As in JSON Schema 3.0 is one too; from 2^53 on,
// where a double need not be the number that was written, only digits alone are.
template <typename T>
std::optional<T> exact(const nlohmann::json& value) {
  if (value.is_number_unsigned()) {
    const auto whole = value.get<uint64_t>();
    return whole <= static_cast<uint64_t>(std::numeric_limits<T>::max())
               ? std::optional<T>(static_cast<T>(whole))
               : std::nullopt;
  }
  if (value.is_number_integer()) {  // a negative one
    const auto whole = value.get<int64_t>();
    return std::is_signed_v<T> ? std::optional<T>(static_cast<T>(whole)) : std::nullopt;
  }
  if (!value.is_number_float()) return std::nullopt;
  constexpr double kExact = 9007199254740992.0;
  const auto number = value.get<double>();
  const double least = std::is_signed_v<T> ? 1 - kExact : 0;
  if (!(number >= least && number < kExact) || number != std::floor(number)) return std::nullopt;
  return static_cast<T>(number);
}

std::string range(double lo, double hi) { return number_text(lo) + " to " + number_text(hi); }

bool in_range(const nlohmann::json& value, double lo, double hi) {
  return value.is_number() && std::isfinite(value.get<double>()) && value.get<double>() >= lo &&
         value.get<double>() <= hi;
}

}  // namespace

std::string suggestion(const std::string& written, const std::vector<std::string>& known) {
  const auto nearest =
      std::min_element(known.begin(), known.end(), [&](const std::string& a, const std::string& b) {
        return edits(written, a) < edits(written, b);
      });
  if (nearest == known.end() || edits(written, *nearest) > 1 + nearest->size() / 3) return "";
  return " (did you mean \"" + *nearest + "\"?)";
}

Fields::Fields(const nlohmann::json& object, std::shared_ptr<const JsonSource> source,
               std::string pointer)
    : object_(object), source_(std::move(source)), pointer_(std::move(pointer)) {
  if (!object_.is_object()) {
    throw DataError(where(pointer_, object_) + (pointer_.empty() ? "the document" : pointer_) +
                    " is " + shown(object_) + ", expected an object");
  }
}

// "FILE:LINE:COLUMN: ", or "FILE: " where the text has another value there, or none.
std::string Fields::where(const std::string& pointer, const nlohmann::json& value) const {
  const auto& [file, text] = *source_;
  const auto place = text.empty() ? std::nullopt : place_of(text, pointer);
  const auto written = [&] {
    return nlohmann::json::parse(text.substr(place->begin, place->end - place->begin));
  };
  if (!place || written() != value) return file + ": ";
  return file + ":" + std::to_string(place->line) + ":" + std::to_string(place->column) + ": ";
}

const nlohmann::json* Fields::find(const std::string& key) {
  asked_.insert(key);
  const auto found = object_.find(key);
  return found == object_.end() ? nullptr : &*found;
}

void Fields::require(const std::vector<std::string>& keys) const {
  for (const std::string& key : keys) {
    if (object_.contains(key)) continue;
    throw DataError(place() + as_token(key) + " is missing, expected a value");
  }
}

bool Fields::skip_null(const std::string& key) {
  const nlohmann::json* found = find(key);
  return found != nullptr && found->is_null();
}

void Fields::fail(const std::string& key, const std::string& expectation) const {
  const nlohmann::json& value = object_.at(key);
  const std::string pointer = pointer_ + as_token(key);
  throw DataError(where(pointer, value) + pointer + " is " + shown(value) + ", expected " +
                  expectation);
}

void Fields::read(const std::string& key, int64_t& value, int64_t lo, int64_t hi) {
  const nlohmann::json* found = find(key);
  if (found == nullptr) return;
  const std::optional<int64_t> whole = exact<int64_t>(*found);
  if (!whole || *whole < lo || *whole > hi)
    fail(key, "a whole number from " + std::to_string(lo) + " to " + std::to_string(hi));
  value = *whole;
}

void Fields::read(const std::string& key, uint64_t& value) {
  const nlohmann::json* found = find(key);
  if (found == nullptr) return;
  const std::optional<uint64_t> whole = exact<uint64_t>(*found);
  if (!whole) fail(key, "a whole number from 0 to 18446744073709551615");
  value = *whole;
}

void Fields::read(const std::string& key, double& value, double lo, double hi) {
  const nlohmann::json* found = find(key);
  if (found == nullptr) return;
  if (!in_range(*found, lo, hi)) fail(key, "a number from " + range(lo, hi));
  value = found->get<double>();
}

void Fields::read(const std::string& key, bool& value) {
  const nlohmann::json* found = find(key);
  if (found == nullptr) return;
  if (!found->is_boolean()) fail(key, "true or false");
  value = found->get<bool>();
}

void Fields::read(const std::string& key, std::string& value) {
  const nlohmann::json* found = find(key);
  if (found == nullptr) return;
  if (!found->is_string()) fail(key, "a string");
  value = found->get<std::string>();
  if (value.find('\0') != std::string::npos) fail(key, "text without zero bytes");
}

void Fields::read(const std::string& key, std::vector<double>& value, double lo, double hi) {
  const nlohmann::json* found = find(key);
  if (found == nullptr) return;
  const std::string expected = "a list of numbers from " + range(lo, hi);
  if (!found->is_array()) fail(key, expected);
  value.clear();
  for (const nlohmann::json& number : *found) {
    if (!in_range(number, lo, hi)) fail(key, expected);
    value.push_back(number.get<double>());
  }
}

void Fields::read(const std::string& key, std::vector<std::string>& value) {
  const nlohmann::json* found = find(key);
  if (found == nullptr) return;
  if (!found->is_array()) fail(key, "a list of strings");
  value.clear();
  for (const nlohmann::json& word : *found) {
    if (!word.is_string()) fail(key, "a list of strings");
    value.push_back(word.get<std::string>());
  }
}

size_t Fields::choose(const std::string& key, const std::vector<std::string>& words,
                      size_t absent) {
  const nlohmann::json* found = find(key);
  if (found == nullptr) return absent;
  std::string list;
  for (const std::string& word : words) list += (list.empty() ? "" : " or ") + word;
  if (!found->is_string()) fail(key, list);
  const auto place = std::find(words.begin(), words.end(), found->get<std::string>());
  if (place == words.end()) fail(key, list + suggestion(found->get<std::string>(), words));
  return static_cast<size_t>(place - words.begin());
}

Fields Fields::object(const std::string& key) {
  const nlohmann::json* found = find(key);
  return Fields(found == nullptr ? nlohmann::json::object() : *found, source_,
                pointer_ + as_token(key));
}

void Fields::finish() const {
  const std::vector<std::string> known(asked_.begin(), asked_.end());
  for (const auto& [key, value] : object_.items()) {
    if (asked_.count(key) != 0) continue;
    const std::string pointer = pointer_ + as_token(key);
    throw DataError(where(pointer, value) + shown_key(pointer) +
                    " is not a key of this configuration" + suggestion(key, known));
  }
}

}  // namespace flowreel
