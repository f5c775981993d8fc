#include "pipeline/generate/size.h"

#include <cmath>

#include "errors/error.h"

namespace flowreel {
namespace {

constexpr int64_t kMaxSide = 16384;
constexpr int64_t kMaxFrames = 100000;

// "a or b" around value, both of the form k·step + offset with k >= 0 (and not below the smallest
// valid one).
std::string nearest(int64_t value, int64_t step, int64_t offset, int64_t smallest) {
  const int64_t below = value < offset ? offset - step : (value - offset) / step * step + offset;
  const int64_t above = below + step;
  if (below < smallest) return std::to_string(smallest);
  return std::to_string(below) + " or " + std::to_string(above);
}

void check_side(const char* name, int64_t value, int64_t multiple) {
  if (value < 1 || value > kMaxSide) {
    throw UsageError(std::string("--") + name + " is " + std::to_string(value) + ", expected " +
                     std::to_string(multiple) + " to " + std::to_string(kMaxSide));
  }
  if (value % multiple == 0) return;
  throw UsageError(std::string("--") + name + " is " + std::to_string(value) +
                   ", expected a multiple of " + std::to_string(multiple) + "; the nearest are " +
                   nearest(value, multiple, 0, multiple));
}

void check_frames(int64_t frames, int64_t multiple, int64_t offset) {
  if (frames < 1 || frames > kMaxFrames) {
    throw UsageError("--num-frames is " + std::to_string(frames) + ", expected 1 to " +
                     std::to_string(kMaxFrames));
  }
  if (frames >= offset && (frames - offset) % multiple == 0) return;
  throw UsageError("--num-frames is " + std::to_string(frames) + ", expected " +
                   std::to_string(multiple) + "k+" + std::to_string(offset) + "; the nearest are " +
                   nearest(frames, multiple, offset, offset));
}

}  // namespace

ClipSize default_size() { return {1280, 720, 129, 24}; }

ClipSize resolve_size(const SizeOptions& options, const ClipSize& otherwise,
                      const SizeRules& rules) {
  const ClipSize size{
      options.width.value_or(otherwise.width), options.height.value_or(otherwise.height),
      options.num_frames.value_or(otherwise.frames), options.fps.value_or(otherwise.fps)};
  check_side("width", size.width, rules.spatial_multiple);
  check_side("height", size.height, rules.spatial_multiple);
  check_frames(size.frames, rules.temporal_multiple, rules.temporal_offset);
  if (!(size.fps >= 1 && size.fps <= 240)) {
    throw UsageError("--fps is " + std::to_string(size.fps) + ", expected 1 to 240");
  }
  return size;
}

std::array<int64_t, 5> latent_shape(const ClipSize& size, int64_t channels,
                                    const SizeRules& rules) {
  return {1, channels, (size.frames - 1) / rules.temporal_ratio + 1,
          size.height / rules.spatial_ratio, size.width / rules.spatial_ratio};
}

}  // namespace flowreel
