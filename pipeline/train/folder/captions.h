// What a folder of clips says of itself: captions.jsonl, one line {"file": …, "caption": …} a clip.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace flowreel {

struct CaptionedClip {
  std::string file;  // as the line names it, relative to the folder
  std::string path;  // of the clip: a file, or a folder of images
  std::string caption;
  std::string place;  // "FOLDER/captions.jsonl line 3: \"file\"", for messages
};

// In the order of the lines; empty lines are passed over. Every clip is there, within the folder
// (links included), named once, and its caption is not empty. MissingInputError: no folder, no
// captions.jsonl, no clip where a line names one; PathError: a path that leaves the folder;
// DataError: everything else, with the line's number.
std::vector<CaptionedClip> read_captions(const std::string& folder);

// Files and folders of images under `folder` that look like clips but are not among `clips`,
// relative to it and sorted.
std::vector<std::string> clips_without_caption(const std::string& folder,
                                               const std::vector<CaptionedClip>& clips);

}  // namespace flowreel
