#include "pipeline/train/shapes/backdrop.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "pipeline/flow/elementary.h"
#include "pipeline/train/shapes/colours.h"
#include "pipeline/train/shapes/truth.h"

namespace flowreel::shapes {
namespace {

SinCos turned(double turns) { return reproducible_sincos_turns(turns - std::floor(turns)); }

double tone(int level) { return level / 127.5 - 1; }

// value(i) for i = 0 to count - 1 as float32.
at::Tensor table(int64_t count, at::Device device, const std::function<double(int64_t)>& value) {
  at::Tensor values = at::empty({count});
  float* out = values.mutable_data_ptr<float>();
  for (int64_t i = 0; i < count; ++i) out[i] = static_cast<float>(value(i));
  return values.to(device);
}

void paint_plain(const at::Tensor& clip, const Rgb& colour) {
  for (int64_t i = 0; i < 3; ++i) clip[i].fill_(tone(colour[static_cast<size_t>(i)]));
}

void paint_gradient(const at::Tensor& clip, const Background& background) {
  const SinCos direction = turned(background.angle);
  // From -1/2 to 1/2 between opposite corners; then a tenth at each end stays pure.
  const double scale = 1 / (0.8 * (std::abs(direction.cos) + std::abs(direction.sin)));
  const auto along = [&](int64_t size, double part, double middle) {
    return table(size, clip.device(), [=](int64_t i) {
      return middle +
             scale * part * ((static_cast<double>(i) + 0.5) / static_cast<double>(size) - 0.5);
    });
  };
  at::Tensor share =
      along(clip.size(2), direction.sin, 0.5).unsqueeze(1) + along(clip.size(3), direction.cos, 0);
  share.clamp_(0, 1);
  const at::Tensor rest = 1 - share;
  const Rgb from = rgb(background.colour);
  const Rgb to = rgb(background.to);
  for (size_t i = 0; i < 3; ++i) {
    clip[static_cast<int64_t>(i)].copy_(rest * tone(from[i]) + share * tone(to[i]));
  }
}

// How far the camera has gone at time u, in smaller sides.
std::pair<double, double> panned(const Background& background, double u) {
  const double way = background.pan_distance * u;
  switch (background.pan) {
    case Pan::kLeft:
      return {-way, 0};
    case Pan::kRight:
      return {way, 0};
    case Pan::kUp:
      return {0, -way};
    case Pan::kDown:
      return {0, way};
    case Pan::kNone:
      break;
  }
  return {0, 0};
}

// One wave, amplitude cos(a + b) with a(frame, x) and b(y), as cos a cos b - sin a sin b: tables of
// the two sides, multiplied on the device. [F,H,W]; F is 1 if `times` is.
at::Tensor wave(const Background& background, int which, const std::vector<double>& times,
                const at::Tensor& clip) {
  const int64_t height = clip.size(2), width = clip.size(3);
  const auto side = static_cast<double>(std::min(height, width));
  const SinCos direction = turned(background.angle + 0.25 * which);
  const auto frames = static_cast<int64_t>(times.size());
  const auto a = [&](int64_t i) {
    const auto [x, y] = panned(background, times[static_cast<size_t>(i / width)]);
    const double across = (static_cast<double>(i % width) + 0.5) / side + x;
    return turned(background.phases[which] +
                  background.waves * (direction.cos * across + direction.sin * y));
  };
  const auto b = [&](int64_t i) {
    return turned(background.waves * direction.sin * (static_cast<double>(i) + 0.5) / side);
  };
  constexpr double kAmplitude = kTextureTone / 127.5 / 2;
  const auto columns = [&](const std::function<double(int64_t)>& value) {
    return table(frames * width, clip.device(), value).view({frames, 1, width});
  };
  const auto rows = [&](const std::function<double(int64_t)>& value) {
    return table(height, clip.device(), value).view({height, 1});
  };
  at::Tensor sum = columns([&](int64_t i) { return kAmplitude * a(i).cos; }) *
                   rows([&](int64_t i) { return b(i).cos; });
  return sum.sub_(columns([&](int64_t i) { return kAmplitude * a(i).sin; }) *
                  rows([&](int64_t i) { return b(i).sin; }));
}

}  // namespace

void paint_background(at::Tensor clip, const Background& background, int64_t first,
                      int64_t frames) {
  if (background.kind == BackgroundKind::kPlain) return paint_plain(clip, rgb(background.colour));
  if (background.kind == BackgroundKind::kGradient) return paint_gradient(clip, background);
  std::vector<double> times = {0};
  if (background.pan != Pan::kNone) {
    times.clear();
    for (int64_t i = 0; i < clip.size(1); ++i) times.push_back(clip_time(first + i, frames));
  }
  at::Tensor texture = wave(background, 0, times, clip).add_(wave(background, 1, times, clip));
  const Rgb middle = texture_middle(background.colour);
  for (size_t i = 0; i < 3; ++i) {
    at::Tensor channel = clip[static_cast<int64_t>(i)];
    channel.fill_(tone(middle[i])).add_(texture);
  }
}

}  // namespace flowreel::shapes
