#include "pipeline/train/shapes/render.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include "errors/error.h"
#include "pipeline/train/shapes/colours.h"
#include "pipeline/train/shapes/drawing.h"
#include "pipeline/train/shapes/outline.h"
#include "pipeline/train/shapes/truth.h"

namespace flowreel::shapes {
namespace {

std::vector<Scene> scenes(uint64_t seed, uint64_t count, const ShapesOptions& options = {}) {
  std::vector<Scene> all;
  for (uint64_t index = 0; index < count; ++index) all.push_back(draw_scene(seed, index, options));
  return all;
}

uint64_t fnv(const at::Tensor& clip) {
  uint64_t hash = 0xcbf29ce484222325;
  const auto* bytes = static_cast<const uint8_t*>(clip.const_data_ptr());
  for (size_t i = 0; i < clip.nbytes(); ++i) hash = (hash ^ bytes[i]) * 0x100000001b3;
  return hash;
}

TEST(Render, HasItsShapeAndRange) {
  const at::Tensor clips = render_scenes(scenes(1, 5), 3, 24, 40);
  EXPECT_EQ(clips.sizes(), (at::IntArrayRef{5, 3, 3, 24, 40}));
  EXPECT_EQ(clips.scalar_type(), at::kFloat);
  EXPECT_TRUE(clips.is_contiguous());
  EXPECT_GE(clips.min().item<double>(), -1);
  EXPECT_LE(clips.max().item<double>(), 1);
}

// The same bits on every CPU: nothing but sums, products and square roots on the device.
TEST(Render, KnownAnswer) {
  EXPECT_EQ(fnv(render_scenes(scenes(42, 12), 9, 37, 53)), 7988120465504092815u);
}

TEST(Render, DependsOnItsSceneAlone) {
  const std::vector<Scene> all = scenes(2, 6);
  const at::Tensor together = render_scenes(all, 20, 96, 96);  // more than one part each
  for (size_t i : {size_t{0}, size_t{5}}) {
    EXPECT_TRUE(at::equal(render_scenes({all[i]}, 20, 96, 96)[0], together[static_cast<int>(i)]));
  }
  const int threads = at::get_num_threads();
  at::set_num_threads(threads == 1 ? 2 : 1);
  EXPECT_TRUE(at::equal(render_scenes(all, 20, 96, 96), together));
  at::set_num_threads(threads);
}

TEST(Render, WorksInInferenceMode) {
  const std::vector<Scene> all = scenes(2, 2);
  at::Tensor inferred;
  {
    const c10::InferenceMode guard;
    inferred = render_scenes(all, 3, 32, 32);
  }
  EXPECT_TRUE(at::equal(render_scenes(all, 3, 32, 32), inferred));
}

// Coverage of one shape, [F,H,W], from its distance to a plain background.
at::Tensor coverage(const at::Tensor& clip, const Scene& scene) {
  const Rgb behind = rgb(scene.background.colour);
  const Rgb colour = rgb(scene.shapes[0].colour);
  at::Tensor sum = at::zeros_like(clip[0]);
  double squares = 0;
  for (size_t i = 0; i < 3; ++i) {
    const double contrast = (colour[i] - behind[i]) / 127.5;
    sum += (clip[static_cast<int64_t>(i)] - (behind[i] / 127.5 - 1)) * contrast;
    squares += contrast * contrast;
  }
  return sum / squares;
}

// In each frame of clips of different proportions.
TEST(Render, CentroidAndAreaAreTheTruths) {
  const ShapesOptions options = {
      .count_weights = {1, 0, 0}, .background_weights = {1, 0, 0}, .split = Split::kAll};
  constexpr int64_t kFrames = 5;
  for (const auto& [height, width] : {std::pair<int64_t, int64_t>{64, 64}, {48, 96}, {90, 56}}) {
    const std::vector<Scene> all = scenes(3, 40, options);
    const at::Tensor clips = render_scenes(all, kFrames, height, width);
    const at::Tensor x = at::arange(width) + 0.5;
    const at::Tensor y = (at::arange(height) + 0.5).unsqueeze(1);
    const double side = static_cast<double>(std::min(height, width));
    for (size_t i = 0; i < all.size(); ++i) {
      const Shape& shape = all[i].shapes[0];
      const at::Tensor covered = coverage(clips[static_cast<int64_t>(i)], all[i]);
      const std::vector<Pose> truth = poses(shape, kFrames);
      for (int64_t frame = 0; frame < kFrames; ++frame) {
        const Pose& expected = truth[static_cast<size_t>(frame)];
        const double sum = covered[frame].sum().item<double>();
        EXPECT_NEAR((covered[frame] * x).sum().item<double>() / sum, expected.x * width, 0.5);
        EXPECT_NEAR((covered[frame] * y).sum().item<double>() / sum, expected.y * height, 0.5);
        const double radius = expected.radius * side;
        EXPECT_NEAR(sum / (area(shape.kind) * radius * radius), 1, 0.08) << name(shape.kind);
      }
    }
  }
}

// Inside, each shape has its exact colour: at the truth's centre, or half way through the ring.
TEST(Render, ColoursAreExactInside) {
  constexpr int64_t kSide = 128;
  for (uint64_t index = 0; index < 30; ++index) {
    const Scene scene = draw_scene(4, index);
    const at::Tensor clip = render_scenes({scene}, 2, kSide, kSide)[0];
    for (const Shape& shape : scene.shapes) {
      const Pose end = pose(shape, 1);
      const double aside = shape.kind == Kind::kRing ? end.radius * (1 + kRingHole) / 2 : 0;
      const auto x = static_cast<int64_t>((end.x + aside) * kSide);
      const auto y = static_cast<int64_t>(end.y * kSide);
      for (size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(clip[static_cast<int64_t>(i)][1][y][x].item<float>(),
                  static_cast<float>(rgb(shape.colour)[i] / 127.5 - 1))
            << name(shape.kind);
      }
    }
  }
}

TEST(Render, LooksTheSameAtTwiceTheResolution) {
  const std::vector<Scene> all = scenes(5, 24);
  for (const auto& [height, width] : {std::pair<int64_t, int64_t>{64, 64}, {48, 80}}) {
    const at::Tensor once = render_scenes(all, 3, height, width);
    const at::Tensor twice = render_scenes(all, 3, 2 * height, 2 * width);
    const at::Tensor reduced =
        at::avg_pool2d(twice.flatten(0, 2), 2).view(once.sizes());  // [B 3 F,2H,2W]
    EXPECT_LE((once - reduced).abs().mean().item<double>(), 0.004);
    EXPECT_LE((once - reduced).abs().max().item<double>(), 0.8);  // of 2, at the tips of stars
  }
}

// The frames of a short clip are among those of a long one.
TEST(Render, LooksTheSameAtTwiceTheFrameRate) {
  const std::vector<Scene> all = scenes(6, 12);
  const at::Tensor few = render_scenes(all, 5, 32, 32);
  const at::Tensor many = render_scenes(all, 9, 32, 32);
  EXPECT_LE((few - many.slice(2, 0, 9, 2)).abs().max().item<double>(), 1e-5);
}

TEST(Render, WrongSizesAreNamed) {
  const std::vector<Scene> all = scenes(1, 1);
  EXPECT_THROW(render_scenes({}, 1, 32, 32), UsageError);
  EXPECT_THROW(render_scenes({Scene()}, 1, 32, 32), UsageError);
  EXPECT_THROW(render_scenes(all, 0, 32, 32), UsageError);
  EXPECT_THROW(render_scenes(all, 1, 7, 32), UsageError);
  try {
    render_scenes(all, 1, 32, 20000);
    FAIL() << "expected an error";
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "clip is 20000x32, expected sides of 8 to 16384");
  }
}

}  // namespace
}  // namespace flowreel::shapes
