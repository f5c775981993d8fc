// The clips in a folder of flowreel's output.
#pragma once

#include <string>
#include <vector>

namespace flowreel {

// Every clip in the folder, however deep, that has flowreel's manifest beside it
// (manifest_names()): MP4, MOV, Matroska and WebM files and folders of frames, sorted by name; what
// is hidden is passed over. Whether the manifest is whole shows when the clip is measured.
// MissingInputError: no such folder; DataError: no clip in it.
std::vector<std::string> clips_of_jobs(const std::string& folder);

}  // namespace flowreel
