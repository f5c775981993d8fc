// Parts of clips, for an autoencoder that is to learn from large and long ones piece by piece.
#pragma once

#include <cstdint>

#include "pipeline/train/trainer.h"

namespace flowreel {

struct ClipWindow {
  int64_t frames = 0, height = 0, width = 0;  // 0: as many as the clip has
};

// Batches of `clips`, each clip [3,F,H,W] cut to a part of that size, whose place is drawn
// uniformly from (seed, batch number). DataError: a clip is smaller than the window.
BatchSource windowed(BatchSource clips, const ClipWindow& window, uint64_t seed);

}  // namespace flowreel
