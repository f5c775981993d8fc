#include "configs/json_document.h"

#include "errors/error.h"
#include "files/file.h"

namespace flowreel {

JsonDocument read_document(const std::string& path, const JsonLimits& limits) {
  return parse_document(read_text(path, limits.max_bytes), path, limits);
}

JsonDocument parse_document(std::string text, const std::string& name, const JsonLimits& limits) {
  if (text.rfind("\xEF\xBB\xBF", 0) == 0) text.erase(0, 3);
  JsonDocument document;
  document.value = parse_json(text, name, limits);
  document.source = std::make_shared<const JsonSource>(JsonSource{name, std::move(text)});
  return document;
}

nlohmann::json joined(const nlohmann::json& under, const nlohmann::json& over) {
  if (!under.is_object() || !over.is_object()) return over;
  nlohmann::json whole = under;
  for (const auto& [key, value] : over.items())
    whole[key] = under.contains(key) ? joined(under.at(key), value) : value;
  return whole;
}

}  // namespace flowreel
