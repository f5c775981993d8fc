// Seams in space, where the maker joined tiles of the picture.
#pragma once

#include "pipeline/consistency/meter.h"

namespace flowreel {

// "tile_seam_contrast" and "tile_seam_p": whether the picture steps at the borders of tiles
// (ClipFacts::tile_columns and tile_rows, pixels of the full size) more than elsewhere.
//
// What is compared is the step from one column (row) to the next, less the mean of the steps on its
// two sides, held within ±2 levels so that smooth places tell as much as busy ones. It is averaged
// with its sign over stretches of 64 rows (columns) and 16 frames, where texture that moves cancels
// and a seam, which stays, does not. The mean of its size over stretches, channels and time is
// compared with that of the columns 16, 32 and 48 pixels away on both sides, which have the same
// place in an encoder's blocks and in the pattern of a decoder; the contrast is the median of those
// ratios over the borders, the p-value that of their ranks among those of all other columns and
// rows. Sizes below 0.05 levels are not seen and count as that much.
//
// It sees steps in brightness and colour. It is blind to borders where only sharpness changes or
// where a blend is wider than some pixels, and weak where the camera and all it sees stand still:
// there an edge that happens to lie on a border is a step like any other.
MeterRow tile_seams();

}  // namespace flowreel
