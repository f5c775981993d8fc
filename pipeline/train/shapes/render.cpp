#include "pipeline/train/shapes/render.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/ThreadLocalState.h>

#include <algorithm>

#include "errors/error.h"
#include "pipeline/train/shapes/backdrop.h"
#include "pipeline/train/shapes/colours.h"
#include "pipeline/train/shapes/coverage.h"
#include "pipeline/train/shapes/truth.h"

namespace flowreel::shapes {
namespace {

// Pixels of one channel that are worked on at a time. On the CPU temporaries stay in a core's
// cache; a GPU wants few and large operations.
constexpr int64_t kPixelsOnCpu = 1 << 17;
constexpr int64_t kPixelsOnGpu = 1 << 23;

void check_size(int64_t frames, int64_t height, int64_t width) {
  constexpr int64_t kLeast = 8, kMost = 16384;
  if (frames < 1) throw UsageError(c10::str("clip has ", frames, " frames, expected at least 1"));
  if (std::min(height, width) < kLeast || std::max(height, width) > kMost) {
    throw UsageError(
        c10::str("clip is ", width, "x", height, ", expected sides of ", kLeast, " to ", kMost));
  }
}

std::vector<PixelPose> in_pixels(const std::vector<Pose>& poses, int64_t height, int64_t width) {
  const auto side = static_cast<double>(std::min(height, width));
  std::vector<PixelPose> all;
  all.reserve(poses.size());
  for (const Pose& pose : poses) {
    all.push_back({pose.x * static_cast<double>(width), pose.y * static_cast<double>(height),
                   pose.radius * side, pose.angle});
  }
  return all;
}

// pixels (1 - coverage) + colour coverage, exact where the coverage is 0 or 1. Clip [3,F,H,W].
void paint_shape(const at::Tensor& clip, const Shape& shape, const std::vector<Pose>& poses) {
  const std::vector<PixelPose> pixels = in_pixels(poses, clip.size(2), clip.size(3));
  const Window window = window_of(shape.kind, pixels, clip.size(2), clip.size(3));
  if (window.width == 0 || window.height == 0) return;
  const at::Tensor coverage =
      signed_distance(shape.kind, pixels, window, clip.device()).neg_().add_(0.5).clamp_(0, 1);
  const at::Tensor rest = 1 - coverage;
  const Rgb colour = rgb(shape.colour);
  for (int64_t i = 0; i < 3; ++i) {
    at::Tensor seen = clip[i].narrow(1, window.y, window.height).narrow(2, window.x, window.width);
    seen.mul_(rest).add_(coverage * (colour[static_cast<size_t>(i)] / 127.5 - 1));
  }
}

// Frames `first` to `last` - 1 of a clip [3,F,H,W].
void paint_frames(const at::Tensor& clip, const Scene& scene, int64_t first, int64_t last) {
  const int64_t frames = clip.size(1);
  const at::Tensor part = clip.narrow(1, first, last - first);
  paint_background(part, scene.background, first, frames);
  for (const Shape& shape : scene.shapes) {
    std::vector<Pose> poses;
    for (int64_t frame = first; frame < last; ++frame) {
      poses.push_back(pose(shape, clip_time(frame, frames)));
    }
    paint_shape(part, shape, poses);
  }
}

}  // namespace

at::Tensor render_scenes(const std::vector<Scene>& scenes, int64_t frames, int64_t height,
                         int64_t width, at::Device device) {
  check_size(frames, height, width);
  if (scenes.empty()) throw UsageError("no scenes to render, expected at least 1");
  for (const Scene& scene : scenes) {
    if (scene.shapes.empty()) throw UsageError("scene to render has no shapes, expected 1 to 3");
  }
  const auto count = static_cast<int64_t>(scenes.size());
  at::Tensor clips = at::empty({count, 3, frames, height, width},
                               at::TensorOptions().dtype(at::kFloat).device(device));
  const int64_t pixels = device.is_cpu() ? kPixelsOnCpu : kPixelsOnGpu;
  const int64_t step = std::clamp<int64_t>(pixels / (height * width), 1, frames);
  const int64_t parts = (frames + step - 1) / step;
  const at::ThreadLocalState state;
  const auto paint = [&](int64_t begin, int64_t end) {
    const at::ThreadLocalStateGuard guard(state);
    for (int64_t i = begin; i < end; ++i) {
      const int64_t first = i % parts * step;
      paint_frames(clips[i / parts], scenes[static_cast<size_t>(i / parts)], first,
                   std::min(frames, first + step));
    }
  };
  // A thread for each part waits less than many threads for each small operation; a GPU has one
  // queue.
  if (device.is_cpu()) {
    at::parallel_for(0, count * parts, 1, paint);
  } else {
    paint(0, count * parts);
  }
  return clips;
}

}  // namespace flowreel::shapes
