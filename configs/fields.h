// One JSON object of a configuration, read strictly: every value has the type and range that its
// reader names, and a key that nobody asked for is an error.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

namespace flowreel {

// Messages read "train.json: /data/frames is 12.5, expected a whole number from 1 to 100000".
// All errors are DataErrors.
class Fields {
 public:
  // `pointer` is the object's place in the document (RFC 6901).
  Fields(const nlohmann::json& object, std::string file, std::string pointer = "");

  bool has(const std::string& key) const { return object_.contains(key); }

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

  // Last: an error for the first key that was not asked for, with the nearest that there is.
  void finish() const;

  // "FILE: POINTER is VALUE, expected EXPECTATION".
  [[noreturn]] void fail(const std::string& key, const std::string& expectation) const;

 private:
  const nlohmann::json* find(const std::string& key);

  nlohmann::json object_;
  std::string file_, pointer_;
  std::set<std::string> asked_;
};

// Keys and words within a few edits of what was written: " (did you mean \"steps\"?)", or nothing.
std::string suggestion(const std::string& written, const std::vector<std::string>& known);

}  // namespace flowreel
