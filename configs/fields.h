// One JSON object of a configuration, read strictly: every value has the type and range that its
// reader names, and a key that nobody asked for is an error.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

namespace flowreel {

// What a document was read from, for messages.
struct JsonSource {
  std::string file;
  std::string text;  // as it was read; empty: messages have no line
};

// Messages read "train.json:7:5: /data/frames is 12.5, expected a whole number from 1 to 100000",
// without the line for what does not stand so in the text, as after an override. All errors are
// DataErrors.
class Fields {
 public:
  // `pointer` is the object's place in the document (RFC 6901).
  Fields(const nlohmann::json& object, std::shared_ptr<const JsonSource> source,
         std::string pointer = "");

  bool has(const std::string& key) const { return object_.contains(key); }

  bool has_list(const std::string& key) const { return has(key) && object_.at(key).is_array(); }

  // An error for the first of these keys that is not there.
  void require(const std::vector<std::string>& keys) const;

  // A key that is read elsewhere.
  void skip(const std::string& key) { asked_.insert(key); }

  // Whether the key has the value null, which then counts as read.
  bool skip_null(const std::string& key);

  // Each leaves `value` as it is when the key is absent. Ranges are inclusive.
  void read(const std::string& key, int64_t& value, int64_t lo, int64_t hi);
  void read(const std::string& key, uint64_t& value);  // 0 to 2^64-1, never through a double
  void read(const std::string& key, double& value, double lo, double hi);
  void read(const std::string& key, bool& value);
  void read(const std::string& key, std::string& value);
  void read(const std::string& key, std::vector<double>& value, double lo, double hi);
  void read(const std::string& key, std::vector<std::string>& value);
  // One of the words listed; returns its index, or `absent`.
  size_t choose(const std::string& key, const std::vector<std::string>& words, size_t absent);

  // The object under a key; an empty one when it is absent.
  Fields object(const std::string& key);

  // "FILE:LINE:COLUMN: POINTER" of the object itself, to begin a message with.
  std::string place() const { return where(pointer_, object_) + pointer_; }

  // Last: an error for the first key that was not asked for, with the nearest that there is.
  void finish() const;

  // "FILE:LINE:COLUMN: POINTER is VALUE, expected EXPECTATION".
  [[noreturn]] void fail(const std::string& key, const std::string& expectation) const;

 private:
  const nlohmann::json* find(const std::string& key);
  std::string where(const std::string& pointer, const nlohmann::json& value) const;
  nlohmann::json object_;
  std::shared_ptr<const JsonSource> source_;
  std::string pointer_;
  std::set<std::string> asked_;
};

// Keys and words within a few edits of what was written: " (did you mean \"steps\"?)", or nothing.
std::string suggestion(const std::string& written, const std::vector<std::string>& known);

}  // namespace flowreel
