// What a clip is and how to read one: the values that go in and out of the reader.
#pragma once

#include <cstdint>
#include <string>

namespace flowreel {

// A frame rate, or a pixel's aspect ratio; 0/1 when unknown.
struct Rational {
  int num = 0;
  int den = 1;
  double value() const { return den ? static_cast<double>(num) / den : 0; }
};

// The simplest fraction near fps (30000.0/1001 becomes 30000/1001). The usual spellings of
// television's rates mean those (23.976 is 24000/1001). UsageError unless 0.01 <= fps <= 1000.
Rational frame_rate(double fps);

// Bounds against files that are made to hurt; a larger one is a DataError that names it.
struct ReadLimits {
  int64_t max_pixels = 67108864;              // of one frame
  int max_streams = 64;                       // in one container
  double seconds_per_call = 60;               // wall clock inside open() or one next()
  double max_duration = 36 * 3600.0;          // seconds of clip, when it is resampled in time
  int64_t max_clip_bytes = int64_t{8} << 30;  // read_clip() only: the whole clip in memory
};

struct ReadOptions {
  // Frames per second to resample to; 0: every frame of the source, once, as it comes. Output frame
  // k is the newest source frame that begins no later than k / fps seconds after the first one,
  // allowing for one tick of the container's clock (Matroska's are whole milliseconds). It ends
  // with the last output time before the source's end.
  double fps = 0;
  // Size to bring every frame to (both or neither): resize_cover() of resize.h.
  int width = 0;
  int height = 0;
  int64_t max_frames = -1;      // stop after so many frames of output; -1: all
  double folder_fps = 24;       // the rate of a folder of images, which has none of its own
  bool opencv_colours = false;  // of containers: as opencv_colours.h, not by the frames' tags
  ReadLimits limits;
};

// The source as it is stored, after rotation, before resampling and resizing.
struct ClipInfo {
  int width = 0;        // pixels
  int height = 0;       // pixels
  Rational fps;         // average
  int64_t frames = -1;  // as the container counts them; -1: it does not say
  double duration = 0;  // seconds; 0: unknown
  int rotation = 0;     // degrees clockwise that were applied: 0, 90, 180, 270
  bool mirrored = false;
  Rational pixel_aspect{1, 1};  // not applied: pixels come as they are stored
  std::string container, codec, pixel_format;
  int bits = 8;                                    // of a sample, at most
  bool has_alpha = false;                          // transparency, which is dropped
  std::string matrix, primaries, transfer, range;  // libav's names; "unknown" when not tagged
};

}  // namespace flowreel
