// Results that an earlier run wrote, read as strictly as anything from outside.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pipeline/consistency/result.h"

namespace flowreel {

struct StoredResults {
  Results results;
  std::vector<std::string> warnings;  // one line per metric that this program does not know
};

// The text that to_json() makes. DataError, "FILE: /clips/3/facts/fps is -1, expected …": another
// schema version; a key that is missing or not known; a value of another type or out of range; a
// metric by another definition than this program's, since the two cannot be compared. Metrics that
// this program does not know are left out with a warning.
StoredResults results_from_json(std::string_view text, const std::string& file);

// The same of a file. MissingInputError, PathError, IoError: files/file.h.
StoredResults read_results(const std::string& path);

}  // namespace flowreel
