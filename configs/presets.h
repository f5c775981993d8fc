// Named sets of values that a job or a command line can begin from.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace flowreel {

// A preset never changes: another choice of values is another version, "NAME@2".
struct Preset {
  const char* name;    // "hunyuan_t2v_720p@1"
  const char* values;  // part of a job file, as JSON
};

const std::vector<Preset>& presets();

// DataError names the file, the preset and those that there are.
nlohmann::json preset_values(const std::string& name, const std::string& file);

}  // namespace flowreel
