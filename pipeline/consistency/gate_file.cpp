#include "pipeline/consistency/gate_file.h"

#include <nlohmann/json.hpp>

#include "errors/error.h"
#include "files/file.h"
#include "models/weights/json.h"

namespace flowreel {
namespace {

constexpr uint64_t kMostBytes = 1u << 20;

}  // namespace

std::vector<Gate> gates_from_json(std::string_view text, const std::string& file) {
  const nlohmann::json document = parse_json(text, file, {.max_bytes = kMostBytes});
  const bool fits = document.is_object() && document.size() == 1 && document.contains("gates") &&
                    document["gates"].is_array() && !document["gates"].empty();
  if (!fits)
    throw DataError(file +
                    ": expected an object whose only key is \"gates\", a list of at least "
                    "one text such as \"still_ratio<=0.3\"");
  std::vector<Gate> gates;
  for (const nlohmann::json& item : document["gates"]) {
    const std::string place = file + ": /gates/" + std::to_string(gates.size()) + ": ";
    if (!item.is_string())
      throw DataError(place + "is no text, expected one such as \"still_ratio<=0.3\"");
    try {
      gates.push_back(parse_gate(item.get<std::string>()));
    } catch (const UsageError& e) {
      throw DataError(place + e.what());
    }
  }
  return gates;
}

std::vector<Gate> read_gates(const std::string& path) {
  return gates_from_json(read_text(path, kMostBytes), path);
}

}  // namespace flowreel
