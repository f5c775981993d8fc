// Results as JSON, for other programs and as a baseline for later runs.
#pragma once

#include <string>

#include "pipeline/consistency/result.h"

namespace flowreel {

// Of the layout below; another one is not read.
inline constexpr int kResultSchemaVersion = 1;

// The same results give the same bytes: keys are sorted, numbers have the fewest digits that read
// back as the same double, and there is neither a date nor a duration. Without per_frame its lists
// are empty: enough for a baseline.
//
//   {"schema_version": 1, "versions": {NAME: TEXT},
//    "failed": [{"clip", "text": TEXT, "exit_code": NUMBER}], "clips": [{
//      "name", "prompt_id", "sha256", "frames_sha256",
//      "reference_frames_sha256", "decode": TEXT, "seed": NUMBER or null, "still": BOOLEAN,
//      "facts": {"frames", "fps", "width", "height", "mini_gop": NUMBER, "chunk_starts",
//                "tile_columns", "tile_rows", "key_frames": [NUMBER]},
//      "cuts": [FRAME], "warnings": [TEXT], "metrics": {NAME: {
//         "value": NUMBER or null, "unit", "direction", "definition", "status", "note": TEXT,
//         "samples", "coverage": NUMBER, "per_frame": [NUMBER or null]}}}]}
//
// What is not a finite number is null in per_frame. NumericsError: a value is not finite, or the
// status kOk has none, or another one has. Bytes of a name that are not UTF-8 become U+FFFD.
std::string to_json(const Results& results, bool per_frame = true);

}  // namespace flowreel
