// The pictures of a report, from a second look at a clip.
#pragma once

#include <string>

#include "codecs/clip.h"
#include "pipeline/consistency/html/html_input.h"

namespace flowreel {

struct PictureOptions {
  int contact = 8;         // frames of the strip, evenly from first to last
  int worst = 3;           // transitions of each metric that shows them
  int longest_side = 240;  // pixels of a picture; smaller clips stay as they are
  ReadOptions read;        // as it was measured
};

// Reads the clip that `result` was measured of again, keeps only the frames it needs, and adds the
// strip, the transitions where flicker_mc and warping_error are largest, and the frames that repeat
// the one before. Errors as VideoReader.
HtmlClip with_pictures(ClipResult result, const PictureOptions& options = {});

}  // namespace flowreel
