// What is known of a clip besides its frames.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace flowreel {

struct ClipFacts {
  double fps = 24;
  int width = 0, height = 0;  // pixels
  // Where the maker joined pieces; empty when it did not, or did not say. A frame here is the first
  // one of a piece; columns and rows, the first ones beyond a border. A blend has its border in the
  // middle.
  std::vector<int64_t> chunk_starts;
  std::vector<int> tile_columns, tile_rows;
  // Distance in frames of the pattern that B-frames leave (the mini-GOP); 0: no B-frames, or
  // nothing known of an encoder.
  int64_t mini_gop = 0;
  std::vector<int64_t> key_frames;  // of the encoder: their frames jump in quality
};

// What is known of it once it has been seen.
struct ClipEnd {
  int64_t frames = 0;
  std::vector<int64_t> cuts;  // first frame of each new scene, rising
  bool still = false;         // nothing moves: good values mean nothing

  // Whether frames frame - 1 and frame belong to two scenes.
  bool is_cut(int64_t frame) const;
};

}  // namespace flowreel
