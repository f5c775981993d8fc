// Pairs of frames in which nothing changes.
#pragma once

#include "pipeline/consistency/meter.h"

namespace flowreel {

// A pair of neighbouring frames is still when they differ by no more than 0.255 levels on average
// over pixels and channels (0.001 of full scale, the threshold of ffmpeg's freezedetect). Pairs
// across a scene cut do not count, and end a run of still pairs.
//
// still_ratio: still pairs / pairs. It says how still a clip is, so a still clip is nothing
// degenerate to it.
//
// duplicate_ratio: duplicates / pairs. The pairs of a run of still pairs are duplicates when the
// run lasts no longer than 0.25 s (or is one pair) and moves on at one end at least: next to it, in
// its scene, is a pair that is not still. A run at the start or the end of a scene has one such
// neighbour. So a frame shown twice in a moving clip is one duplicate, each frame shown three times
// gives two for each, and a longer hold, which may be meant, gives none. When every pair is still,
// all are duplicates, and the value is degenerate.
//
// longest_freeze_s: pairs of the longest run of still pairs, of any length, / frames per second.
MeterRow stillness();

}  // namespace flowreel
