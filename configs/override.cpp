#include "configs/override.h"

#include <nlohmann/json.hpp>
#include <sstream>

#include "errors/error.h"

namespace flowreel {

void apply_override(nlohmann::json& document, const std::string& assignment) {
  const size_t equals = assignment.find('=');
  if (equals == std::string::npos || equals == 0)
    throw UsageError("--set is \"" + assignment + "\", expected key=value or a.b=value");
  nlohmann::json* place = &document;
  std::istringstream keys(assignment.substr(0, equals));
  for (std::string key; std::getline(keys, key, '.');) {
    if (key.empty() || !(place->is_object() || place->is_null())) {
      throw UsageError("--set " + assignment + ": \"" + key + "\" is not a key of an object there");
    }
    place = &(*place)[key];
  }
  const std::string value = assignment.substr(equals + 1);
  nlohmann::json parsed = nlohmann::json::parse(value, nullptr, /*allow_exceptions=*/false);
  *place = parsed.is_discarded() ? nlohmann::json(value) : std::move(parsed);
}

}  // namespace flowreel
