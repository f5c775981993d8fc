// Gates kept in a file: {"gates": ["still_ratio<=0.3", "scene_cuts==0"]}.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pipeline/consistency/gate.h"

namespace flowreel {

// DataError, "FILE: /gates/1: …": not JSON, another key, no gate, or one that parse_gate() refuses.
std::vector<Gate> gates_from_json(std::string_view text, const std::string& file);

// The same of a file. MissingInputError, PathError, IoError: files/file.h.
std::vector<Gate> read_gates(const std::string& path);

}  // namespace flowreel
