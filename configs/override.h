// "--set a.b=value": one value of a JSON document, changed from the command line.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace flowreel {

// Sets document["a"]["b"], making objects on the way. The value is JSON where it parses as such
// (3, true, null, "x", [1,2]), else a string. UsageError: no "=", not UTF-8, an empty key, more
// than 16 of them, or a key under something that is no object.
void apply_override(nlohmann::json& document, const std::string& assignment);

}  // namespace flowreel
