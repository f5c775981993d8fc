#include "configs/override.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "errors/error.h"
#include "errors/quote.h"
#include "models/weights/json.h"

namespace flowreel {
namespace {

// Deeper than any document of ours; nlohmann cannot copy what is nested very deeply.
constexpr int kMaxDepth = 16;

nlohmann::json value_of(const std::string& text) {
  constexpr JsonLimits kLimits = {1u << 20, kMaxDepth};
  try {
    return parse_json(text, "--set", kLimits);
  } catch (const DataError&) {
    return text;
  }
}

void check_utf8(const std::string& assignment) {
  for (size_t i = 0; i < assignment.size();) {
    const size_t length = utf8_length(assignment, i);
    if (length == 0) throw UsageError("--set is " + quote(assignment) + ", expected UTF-8");
    i += length;
  }
}

}  // namespace

void apply_override(nlohmann::json& document, const std::string& assignment) {
  check_utf8(assignment);
  const size_t equals = assignment.find('=');
  if (equals == std::string::npos || equals == 0)
    throw UsageError("--set is \"" + assignment + "\", expected key=value or a.b=value");
  const std::string path = assignment.substr(0, equals);
  if (std::count(path.begin(), path.end(), '.') >= kMaxDepth)
    throw UsageError("--set is " + quote(assignment) + ", expected at most 16 keys");
  nlohmann::json* place = &document;
  std::istringstream keys(path);
  for (std::string key; std::getline(keys, key, '.');) {
    if (key.empty() || !(place->is_object() || place->is_null())) {
      throw UsageError("--set " + assignment + ": \"" + key + "\" is not a key of an object there");
    }
    place = &(*place)[key];
  }
  *place = value_of(assignment.substr(equals + 1));
}

}  // namespace flowreel
