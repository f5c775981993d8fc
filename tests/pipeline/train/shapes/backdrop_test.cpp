#include "pipeline/train/shapes/backdrop.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "pipeline/train/shapes/colours.h"

namespace flowreel::shapes {
namespace {

// [3,F,H,W] in levels 0 to 255.
at::Tensor painted(const Background& background, int64_t frames, int64_t height, int64_t width) {
  at::Tensor clip = at::full({3, frames, height, width}, -9.0f);
  paint_background(clip, background, 0, frames);
  return (clip + 1) * 127.5;
}

Background of(BackgroundKind kind, BackgroundColour from, BackgroundColour to) {
  Background background;
  background.kind = kind;
  background.colour = from;
  background.to = to;
  return background;
}

at::Tensor levels(const Rgb& colour) {
  return at::tensor({float(colour[0]), float(colour[1]), float(colour[2])});
}

TEST(Backdrop, PlainIsOneColour) {
  const at::Tensor clip = painted(
      of(BackgroundKind::kPlain, BackgroundColour::kDarkRed, BackgroundColour::kDarkRed), 2, 8, 9);
  const at::Tensor expected = levels(rgb(BackgroundColour::kDarkRed)).view({3, 1, 1, 1});
  EXPECT_LE((clip - expected).abs().max().item<double>(), 1e-4);
}

TEST(Backdrop, GradientGoesFromOneColourToTheOther) {
  for (double angle : {0.0, 0.25, 0.6}) {
    Background background =
        of(BackgroundKind::kGradient, BackgroundColour::kDarkBlue, BackgroundColour::kWhite);
    background.angle = angle;
    const at::Tensor clip = painted(background, 2, 40, 64);
    EXPECT_TRUE(at::equal(clip.select(1, 0), clip.select(1, 1)));
    const at::Tensor red = clip[0][0];
    EXPECT_NEAR(red.min().item<double>(), 15, 0.01);
    EXPECT_NEAR(red.max().item<double>(), 255, 0.01);
    EXPECT_NEAR(red.mean().item<double>(), (15 + 255) / 2.0, 1);
    const at::Tensor blue = clip[2][0];  // in step with red: a straight mixture
    EXPECT_LE(((red - 15) / 240 - (blue - 110) / 145).abs().max().item<double>(), 1e-3);
  }
}

TEST(Backdrop, GradientHasItsDirection) {
  Background background =
      of(BackgroundKind::kGradient, BackgroundColour::kBlack, BackgroundColour::kWhite);
  at::Tensor red = painted(background, 1, 16, 16)[0][0];  // angle 0: to the right
  EXPECT_EQ(red[3][0].item<double>(), 0);
  EXPECT_NEAR(red[3][15].item<double>(), 255, 1e-3);
  EXPECT_TRUE(at::equal(red[0], red[15]));
  background.angle = 0.25;  // clockwise from there: downwards
  red = painted(background, 1, 16, 16)[0][0];
  EXPECT_EQ(red[0][3].item<double>(), 0);
  EXPECT_NEAR(red[15][3].item<double>(), 255, 1e-3);
}

TEST(Backdrop, TextureIsATintOfItsColour) {
  Background background =
      of(BackgroundKind::kTextured, BackgroundColour::kDarkGreen, BackgroundColour::kDarkGreen);
  background.waves = 4;
  background.angle = 0.07;
  const at::Tensor clip = painted(background, 3, 64, 64);
  EXPECT_TRUE(at::equal(clip.select(1, 0), clip.select(1, 2)));
  const at::Tensor middle = levels(texture_middle(BackgroundColour::kDarkGreen));
  EXPECT_LE((clip.mean({1, 2, 3}) - middle).abs().max().item<double>(), 2);
  const at::Tensor deviation = (clip - middle.view({3, 1, 1, 1})).abs();
  EXPECT_LE(deviation.max().item<double>(), kTextureTone + 1e-3);
  EXPECT_GE(deviation.max().item<double>(), 0.9 * kTextureTone);
  EXPECT_GE(deviation.mean().item<double>(), 0.3 * kTextureTone);
}

// A camera that pans to the right by 8 of 32 pixels moves the texture to the left by as many.
TEST(Backdrop, PanMovesTheTextureAgainstTheCamera) {
  const struct {
    Pan pan;
    int64_t x, y;
  } cases[] = {{Pan::kLeft, -8, 0}, {Pan::kRight, 8, 0}, {Pan::kUp, 0, -8}, {Pan::kDown, 0, 8}};
  for (const auto& expected : cases) {
    Background background =
        of(BackgroundKind::kTextured, BackgroundColour::kGrey, BackgroundColour::kGrey);
    background.angle = 0.1;
    background.pan = expected.pan;
    background.pan_distance = 0.25;
    const at::Tensor clip = painted(background, 5, 32, 32);
    const auto inner = [&](int64_t frame, int64_t x, int64_t y) {
      return clip.select(1, frame).narrow(1, 8 + y, 16).narrow(2, 8 + x, 16);
    };
    const at::Tensor moved = inner(0, expected.x, expected.y) - inner(4, 0, 0);
    EXPECT_LE(moved.abs().max().item<double>(), 1e-3) << name(expected.pan);
    EXPECT_GE((inner(0, 0, 0) - inner(4, 0, 0)).abs().max().item<double>(), 10);
    const at::Tensor half = inner(0, expected.x / 2, expected.y / 2) - inner(2, 0, 0);
    EXPECT_LE(half.abs().max().item<double>(), 1e-3) << name(expected.pan);
  }
}

// Frames painted in parts are those of the whole.
TEST(Backdrop, PartsFitTogether) {
  Background background =
      of(BackgroundKind::kTextured, BackgroundColour::kGrey, BackgroundColour::kGrey);
  background.pan = Pan::kRight;
  background.pan_distance = 0.3;
  at::Tensor whole = at::empty({3, 9, 16, 16});
  paint_background(whole, background, 0, 9);
  at::Tensor part = at::empty({3, 4, 16, 16});
  paint_background(part, background, 3, 9);
  EXPECT_TRUE(at::equal(part, whole.narrow(1, 3, 4)));
}

}  // namespace
}  // namespace flowreel::shapes
