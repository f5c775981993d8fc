// Results as tidy tables (RFC 4180: commas, CRLF, quotes doubled), for spreadsheets and statistics.
#pragma once

#include <string>

#include "pipeline/consistency/result.h"

namespace flowreel {

// Both: numbers have the fewest digits that read back as the same double; what is not there is an
// empty cell. A text (a name, a note) that begins with = + - @, their full-width forms, or a tab or
// line break gets an apostrophe before it, since a spreadsheet would take it for a formula and run
// it; numbers stay as they are. Who needs such names to the letter takes the JSON.

// One row per clip and metric:
// clip,prompt_id,seed,decode,metric,definition,value,unit,direction,status,samples,coverage,note
std::string results_csv(const Results& results);

// One row per clip, metric and frame, for metrics that have values by frame:
// clip,metric,frame,value
std::string per_frame_csv(const Results& results);

}  // namespace flowreel
