#include "pipeline/generate/size.h"

#include <cmath>

#include "errors/error.h"
#include "errors/quote.h"

namespace flowreel {
namespace {

constexpr int64_t kMaxSide = 16384;
constexpr int64_t kMaxFrames = 100000;

// What a value is called in a message, and what to do about it.
struct Subject {
  std::string is;      // "--width is 100", "\"in.mp4\" is 100 pixels wide"
  std::string remedy;  // before the nearest valid values: "the nearest are ", "give --width "
  bool reaches_above;  // whether a larger value can be had
};

Subject of_option(const char* option, const std::string& value) {
  return {std::string(option) + " is " + value, "the nearest are ", true};
}

Subject of_source(const std::string& source, const std::string& says, const char* option) {
  return {quote(source) + " " + says, std::string("give ") + option + " ", true};
}

// "a or b" around value, both of the form k·step + offset with k >= 0 (and not below the smallest
// valid one).
std::string nearest(int64_t value, int64_t step, int64_t offset, bool reaches_above) {
  const int64_t smallest = offset == 0 ? step : offset;
  const int64_t below = value < offset ? offset - step : (value - offset) / step * step + offset;
  if (below < smallest) return std::to_string(smallest);
  if (!reaches_above) return std::to_string(below);
  return std::to_string(below) + " or " + std::to_string(below + step);
}

void check_side(const Subject& subject, int64_t value, int64_t multiple) {
  if (value < 1 || value > kMaxSide) {
    throw UsageError(subject.is + ", expected " + std::to_string(multiple) + " to " +
                     std::to_string(kMaxSide));
  }
  if (value % multiple == 0) return;
  throw UsageError(subject.is + ", expected a multiple of " + std::to_string(multiple) + "; " +
                   subject.remedy + nearest(value, multiple, 0, subject.reaches_above));
}

void check_frames(const Subject& subject, int64_t frames, int64_t multiple, int64_t offset) {
  if (frames < 1 || frames > kMaxFrames) {
    throw UsageError(subject.is + ", expected 1 to " + std::to_string(kMaxFrames));
  }
  if (frames >= offset && (frames - offset) % multiple == 0) return;
  const std::string expected =
      ", expected " + std::to_string(multiple) + "k+" + std::to_string(offset);
  if (frames < offset && !subject.reaches_above) throw UsageError(subject.is + expected);
  throw UsageError(subject.is + expected + "; " + subject.remedy +
                   nearest(frames, multiple, offset, subject.reaches_above));
}

// Names the clip for what comes from it, the option for everything else.
Subject subject(const char* option, bool given, const std::string& source, const std::string& value,
                const std::string& says) {
  return given || source.empty() ? of_option(option, value) : of_source(source, says, option);
}

}  // namespace

ClipSize default_size() { return {1280, 720, 129, 24}; }

ClipSize resolve_size(const SizeOptions& options, const ClipSize& otherwise, const SizeRules& rules,
                      const std::string& source) {
  const ClipSize size{
      options.width.value_or(otherwise.width), options.height.value_or(otherwise.height),
      options.num_frames.value_or(otherwise.frames), options.fps.value_or(otherwise.fps)};
  const std::string width = std::to_string(size.width), height = std::to_string(size.height),
                    frames = std::to_string(size.frames), fps = number_text(size.fps);
  check_side(
      subject("--width", options.width.has_value(), source, width, "is " + width + " pixels wide"),
      size.width, rules.spatial_multiple);
  check_side(subject("--height", options.height.has_value(), source, height,
                     "is " + height + " pixels high"),
             size.height, rules.spatial_multiple);
  Subject count = subject("--num-frames", options.num_frames.has_value(), source, frames,
                          "has " + frames + " frames");
  count.reaches_above = options.num_frames || source.empty();
  check_frames(count, size.frames, rules.temporal_multiple, rules.temporal_offset);
  if (!(size.fps >= 1 && size.fps <= 240)) {
    const Subject rate =
        subject("--fps", options.fps.has_value(), source, fps, "has " + fps + " frames per second");
    const bool of_clip = !options.fps && !source.empty();
    throw UsageError(rate.is + ", expected 1 to 240" + (of_clip ? "; give --fps" : ""));
  }
  return size;
}

std::array<int64_t, 5> latent_shape(const ClipSize& size, int64_t channels,
                                    const SizeRules& rules) {
  return {1, channels, (size.frames - 1) / rules.temporal_ratio + 1,
          size.height / rules.spatial_ratio, size.width / rules.spatial_ratio};
}

}  // namespace flowreel
