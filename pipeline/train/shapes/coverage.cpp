#include "pipeline/train/shapes/coverage.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "pipeline/flow/elementary.h"
#include "pipeline/train/shapes/outline.h"

namespace flowreel::shapes {
namespace {

// A function a(frame, x) + b(frame, y) of the pixels: x is [F,1,w], y is [F,h,1]. All that a form
// needs is such a sum before the first operation that is not linear, so that double arithmetic on
// the host makes the tables and the device only adds.
struct Sum {
  at::Tensor x;
  at::Tensor y;
  at::Tensor over_window() const { return x + y; }
};

class Tables {
 public:
  Tables(const std::vector<PixelPose>& poses, const Window& window, at::Device device)
      : poses_(poses), window_(window), device_(device) {}

  // Distance from the line at right angles to direction `turns` (as the shape is turned) that lies
  // `offset` radii from the centre in that direction.
  Sum from_line(double turns, double offset) const {
    return make([&](const PixelPose& pose, double dx, bool vertical) {
      const double direction = pose.angle + turns;
      const SinCos unit = reproducible_sincos_turns(direction - std::floor(direction));
      return vertical ? unit.sin * dx : unit.cos * dx - offset * pose.radius;
    });
  }

  Sum squared_from_centre() const {
    return make([](const PixelPose&, double dx, bool) { return dx * dx; });
  }

  // Each pose's radius times a factor, [F,1,1].
  at::Tensor radius(double factor) const {
    at::Tensor table = at::empty({count(), 1, 1});
    float* values = table.mutable_data_ptr<float>();
    for (const PixelPose& pose : poses_) *values++ = static_cast<float>(factor * pose.radius);
    return table.to(device_);
  }

 private:
  int64_t count() const { return static_cast<int64_t>(poses_.size()); }

  template <typename Value>
  Sum make(const Value& value) const {
    at::Tensor both = at::empty({count() * (window_.width + window_.height)});
    float* out = both.mutable_data_ptr<float>();
    for (const PixelPose& pose : poses_) {
      for (int64_t i = 0; i < window_.width; ++i) {
        const double dx = static_cast<double>(window_.x + i) + 0.5 - pose.x;
        *out++ = static_cast<float>(value(pose, dx, false));
      }
    }
    for (const PixelPose& pose : poses_) {
      for (int64_t i = 0; i < window_.height; ++i) {
        const double dy = static_cast<double>(window_.y + i) + 0.5 - pose.y;
        *out++ = static_cast<float>(value(pose, dy, true));
      }
    }
    both = both.to(device_);  // one transfer
    const int64_t split = count() * window_.width;
    return {both.narrow(0, 0, split).view({count(), 1, window_.width}),
            both.narrow(0, split, both.numel() - split).view({count(), window_.height, 1})};
  }

  const std::vector<PixelPose>& poses_;
  const Window window_;
  const at::Device device_;
};

at::Tensor from_centre(const Tables& tables) {
  // LibTorch's square root in float32 is off by the last bit on some makes of processors; in
  // float64 that bit does not reach a float32.
  return tables.squared_from_centre().over_window().to(at::kDouble).sqrt_().to(at::kFloat);
}

at::Tensor circle(const Tables& tables) { return from_centre(tables).sub_(tables.radius(1)); }

// | |p| - middle | - half the width.
at::Tensor ring(const Tables& tables) {
  return from_centre(tables)
      .sub_(tables.radius((1 + kRingHole) / 2))
      .abs_()
      .sub_(tables.radius((1 - kRingHole) / 2));
}

at::Tensor square(const Tables& tables) {
  at::Tensor distance = tables.from_line(0, 0).over_window().abs_();
  at::Tensor other = tables.from_line(0.25, 0).over_window().abs_();
  return at::maximum_out(distance, distance, other).sub_(tables.radius(kSquareSide));
}

// Two bars: of |x| and |y| the smaller within the width, the larger within the length.
at::Tensor cross(const Tables& tables) {
  at::Tensor x = tables.from_line(0, 0).over_window().abs_();
  at::Tensor y = tables.from_line(0.25, 0).over_window().abs_();
  at::Tensor smaller = at::minimum(x, y).sub_(tables.radius(kCrossWidth));
  at::Tensor larger = at::maximum_out(x, x, y).sub_(tables.radius(kCrossLength));
  return at::maximum_out(larger, larger, smaller);
}

// The intersection of three half planes; a corner points up, -1/4 turn, so a side faces down.
at::Tensor triangle(const Tables& tables) {
  const double inner = kCornerRadius / 2;
  at::Tensor distance = tables.from_line(0.25, inner).over_window();
  for (int side = 1; side < 3; ++side) {
    at::Tensor other = tables.from_line(0.25 + side / 3.0, inner).over_window();
    at::maximum_out(distance, distance, other);
  }
  return distance;
}

// Five lines bear the star's edges, one below each tip; a tip points up, -1/4 turn. A point is
// inside where it is beyond one of them at most: the second largest distance decides.
at::Tensor star(const Tables& tables) {
  const double inner = kCornerRadius * reproducible_sincos_turns(0.2).cos;
  at::Tensor largest = tables.from_line(-0.25, inner).over_window();
  at::Tensor second;
  for (int side = 1; side < 5; ++side) {
    at::Tensor other = tables.from_line(-0.25 + side / 5.0, inner).over_window();
    at::Tensor lower = at::minimum(largest, other);
    if (side < 4) at::maximum_out(largest, largest, other);
    second = side == 1 ? lower : at::maximum_out(second, second, lower);
  }
  return second;
}

}  // namespace

Window window_of(Kind kind, const std::vector<PixelPose>& poses, int64_t height, int64_t width) {
  auto x_low = static_cast<double>(width), y_low = static_cast<double>(height);
  double x_high = 0, y_high = 0;
  for (const PixelPose& pose : poses) {
    const double around = reach(kind) * pose.radius + 1;
    x_low = std::min(x_low, pose.x - around);
    y_low = std::min(y_low, pose.y - around);
    x_high = std::max(x_high, pose.x + around);
    y_high = std::max(y_high, pose.y + around);
  }
  const auto x = static_cast<int64_t>(std::max(0.0, std::floor(x_low)));
  const auto y = static_cast<int64_t>(std::max(0.0, std::floor(y_low)));
  const int64_t right = std::min(width, static_cast<int64_t>(std::ceil(x_high)));
  const int64_t bottom = std::min(height, static_cast<int64_t>(std::ceil(y_high)));
  return {x, y, std::max<int64_t>(0, right - x), std::max<int64_t>(0, bottom - y)};
}

at::Tensor signed_distance(Kind kind, const std::vector<PixelPose>& poses, const Window& window,
                           at::Device device) {
  const Tables tables(poses, window, device);
  switch (kind) {
    case Kind::kCircle:
      return circle(tables);
    case Kind::kSquare:
      return square(tables);
    case Kind::kTriangle:
      return triangle(tables);
    case Kind::kStar:
      return star(tables);
    case Kind::kRing:
      return ring(tables);
    case Kind::kCross:
      break;
  }
  return cross(tables);
}

}  // namespace flowreel::shapes
