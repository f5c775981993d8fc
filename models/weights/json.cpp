#include "models/weights/json.h"

#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "errors/error.h"
#include "errors/quote.h"
#include "files/file.h"

namespace flowreel {
namespace {

// A pass over the document that builds nothing: depth and duplicate keys are checked before a tree
// exists, since copying a very deep tree overflows the stack and the tree itself keeps only the
// last of two equal keys.
class StrictCheck : public nlohmann::json::json_sax_t {
 public:
  explicit StrictCheck(int max_depth) : max_depth_(max_depth) {}
  const std::string& complaint() const { return complaint_; }

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return enter(); }
  bool start_array(std::size_t) override { return enter(); }
  bool end_object() override { return leave(); }
  bool end_array() override { return leave(); }
  bool key(string_t& name) override {
    if (keys_.back().insert(name).second) return true;
    complaint_ = "key " + quote(name, 80) + " appears twice in one object";
    return false;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& e) override {
    complaint_ = json_problem(e.what());
    return false;
  }

 private:
  bool enter() {
    keys_.emplace_back();
    if (static_cast<int>(keys_.size()) <= max_depth_) return true;
    complaint_ = "nested deeper than " + std::to_string(max_depth_) + " levels";
    return false;
  }
  bool leave() {
    keys_.pop_back();
    return true;
  }

  int max_depth_;
  std::vector<std::set<std::string>> keys_;
  std::string complaint_;
};

}  // namespace

nlohmann::json parse_json(std::string_view text, const std::string& what,
                          const JsonLimits& limits) {
  if (text.size() > limits.max_bytes) {
    throw DataError(what + ": " + std::to_string(text.size()) + " bytes of JSON, at most " +
                    std::to_string(limits.max_bytes) + " are read");
  }
  const size_t zero = text.find('\0');  // which the parser takes for the end
  if (zero != std::string_view::npos)
    throw DataError(what + ": not valid JSON: a zero byte at " + std::to_string(zero));
  StrictCheck check(limits.max_depth);
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &check)) {
    throw DataError(what + ": not valid JSON: " + check.complaint());
  }
  return nlohmann::json::parse(text.begin(), text.end());
}

std::string json_problem(std::string_view message) {
  const size_t tag = message.find("] ");
  if (tag != std::string_view::npos) message.remove_prefix(tag + 2);
  std::string line = quote(message, 160);
  line.erase(line.rfind('"'), 1);
  return line.substr(1);
}

nlohmann::json read_json_file(const std::string& path, const JsonLimits& limits) {
  const InputFile file(path);
  if (file.size() > limits.max_bytes) {
    throw DataError(path + ": " + std::to_string(file.size()) + " bytes of JSON, at most " +
                    std::to_string(limits.max_bytes) + " are read");
  }
  std::string text(file.size(), '\0');
  file.read(text.data(), text.size(), 0);
  return parse_json(text, path, limits);
}

}  // namespace flowreel
