// The clips in a folder of flowreel's output.
#pragma once

#include <string>
#include <vector>

namespace flowreel {

// Every clip in the folder, however deep, that has flowreel's manifest beside it (clip.json and
// clip.mp4, .mov, .mkv, .webm, or a folder named clip), sorted by name. MissingInputError: no such
// folder; DataError: no clip in it.
std::vector<std::string> clips_of_jobs(const std::string& folder);

}  // namespace flowreel
