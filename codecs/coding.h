// How a clip was coded, read from its packets; nothing is decoded.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "codecs/clip.h"

namespace flowreel {

struct Coding {
  std::vector<int64_t> key_frames;  // numbers of the frames that stand alone, in order of display
  // The most common distance in frames between those that later ones are predicted from, where
  // frames between them (B-frames) were coded after them; 0 without B-frames.
  int64_t mini_gop = 0;
  double average_fps = 0;  // of the times of its frames; 0 where they do not tell
  int64_t frames = 0;      // that are shown
  bool lossless = false;   // by its codec (FFV1, PNG), never by its settings
  // Distances in time of frames differ by more than two ticks and a tenth, or are half as long
  // again.
  bool variable_rate = false;
};

// Of a container; a folder of images is all key frames of a lossless or lossy kind of its own:
// every field is left as it is above. Errors as VideoReader::open() and its next().
Coding read_coding(const std::string& path, const ReadLimits& limits = {});

}  // namespace flowreel
