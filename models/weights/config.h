// A component's config.json, read through checks: every value is of the type and in the range its
// reader expects, or the error names the file, the key, the value and what was expected.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace flowreel {

// An immutable JSON object. Keys that nobody asks for are accepted, since published configs carry
// many. A key whose value is null counts as absent: that is how published configs leave an option
// at its default.
class ModelConfig {
 public:
  static ModelConfig from_file(
      const std::string& path);  // errors as read_json_file; DataError if no object
  static ModelConfig from_text(const std::string& text, const std::string& what);

  const std::string& what() const {
    return what_;
  }                                        // "transformer/config.json", for messages of the caller
  std::vector<std::string> keys() const;   // sorted, with those that are null
  bool has(const std::string& key) const;  // present and not null
  bool is_null(const std::string& key) const;  // present and null

  // get_*: the default when the key is absent. require_*: a DataError then. Ranges are inclusive.
  // An integer must be written as one (no 3.0, no true); a double may be written as an integer.
  int64_t get_int(const std::string& key, int64_t default_value, int64_t lo, int64_t hi) const;
  int64_t require_int(const std::string& key, int64_t lo, int64_t hi) const;
  double get_double(const std::string& key, double default_value, double lo, double hi) const;
  double require_double(const std::string& key, double lo, double hi) const;
  bool get_bool(const std::string& key, bool default_value) const;
  bool require_bool(const std::string& key) const;
  std::string get_string(const std::string& key, const std::string& default_value) const;
  std::string require_string(const std::string& key) const;

  // Lists. A single integer is read as a list of one (eos_token_id is written either way).
  std::vector<int64_t> get_int_list(const std::string& key,
                                    const std::vector<int64_t>& default_value, int64_t lo,
                                    int64_t hi) const;
  std::vector<int64_t> require_int_list(const std::string& key, int64_t lo, int64_t hi) const;
  std::vector<std::string> get_string_list(const std::string& key,
                                           const std::vector<std::string>& default_value) const;
  std::vector<std::string> require_string_list(const std::string& key) const;

  // The object under key (DataError when absent). Its messages read "config.json:
  // rope_scaling.factor is ...".
  ModelConfig object(const std::string& key) const;

  // For checks that span several keys: a DataError "FILE: KEY is VALUE, expected EXPECTATION".
  [[noreturn]] void fail(const std::string& key, const std::string& expectation) const;

 private:
  struct Value;  // hides the JSON type
  ModelConfig(std::shared_ptr<const Value> value, std::string what, std::string prefix);

  std::shared_ptr<const Value> value_;
  std::string what_;
  std::string prefix_;  // of keys in messages: "rope_scaling."
};

}  // namespace flowreel
