#include "pipeline/generate/size.h"

#include <limits>

#include "tests/pipeline/generate/run.h"

namespace flowreel {
namespace {

std::string size_error(const SizeOptions& options, const SizeRules& rules = {}) {
  return error_text<UsageError>([&] { resolve_size(options, default_size(), rules); });
}

TEST(Size, DefaultIsThePublishedOne) {
  const ClipSize size = resolve_size({}, default_size(), {});
  EXPECT_EQ(size.width, 1280);
  EXPECT_EQ(size.height, 720);
  EXPECT_EQ(size.frames, 129);
  EXPECT_EQ(size.fps, 24);
  EXPECT_EQ(latent_shape(size, 16, {}), (std::array<int64_t, 5>{1, 16, 33, 90, 160}));
}

TEST(Size, OneFrameIsAClip) {
  const ClipSize size = resolve_size({16, 32, 1, 1.0}, default_size(), {});
  EXPECT_EQ(latent_shape(size, 4, {}), (std::array<int64_t, 5>{1, 4, 1, 4, 2}));
}

TEST(Size, NearestValues) {
  SizeOptions options;
  options.width = 100;
  expect_contains(size_error(options), {"--width is 100", "nearest are 96 or 112"});
  options.width = 3;
  expect_contains(size_error(options), {"--width is 3", "nearest are 16"});
  options = {};
  options.height = 721;
  expect_contains(size_error(options), {"--height is 721", "nearest are 720 or 736"});
  for (const auto& [frames, nearest] : std::map<int64_t, std::string>{
           {10, "9 or 13"}, {12, "9 or 13"}, {2, "1 or 5"}, {128, "125 or 129"}}) {
    options = {};
    options.num_frames = frames;
    expect_contains(size_error(options), {"--num-frames is " + std::to_string(frames), nearest});
  }
}

TEST(Size, OutOfRange) {
  for (const int64_t value :
       {int64_t{0}, int64_t{-16}, int64_t{1} << 40, std::numeric_limits<int64_t>::min()}) {
    SizeOptions width, height, frames;
    width.width = height.height = frames.num_frames = value;
    expect_contains(size_error(width), {"--width is " + std::to_string(value), "16 to 16384"});
    expect_contains(size_error(height), {"--height is " + std::to_string(value)});
    expect_contains(size_error(frames), {"--num-frames is " + std::to_string(value)});
  }
  for (const double fps : {0.0, 241.0, std::nan("")}) {
    SizeOptions options;
    options.fps = fps;
    expect_contains(size_error(options), {"--fps is", "1 to 240"});
  }
}

// A clip is named, not an option that nobody gave; and it has no frames beyond its own.
TEST(Size, WhatComesFromAClipNamesTheClip) {
  const auto error = [](const ClipSize& clip, const SizeOptions& options = {}) {
    return error_text<UsageError>([&] { resolve_size(options, clip, {}, "in.mp4"); });
  };
  const std::string frames = error({64, 64, 250, 24});
  expect_contains(frames, {"\"in.mp4\" has 250 frames", "4k+1; give --num-frames 249"});
  EXPECT_EQ(frames.find("253"), std::string::npos) << frames;
  expect_contains(error({100, 64, 9, 24}), {"\"in.mp4\" is 100 pixels wide", "--width 96 or 112"});
  expect_contains(error({64, 100, 9, 24}), {"\"in.mp4\" is 100 pixels high", "--height 96"});
  expect_contains(error({64, 64, 9, 0.5}), {"\"in.mp4\" has 0.5 frames per second", "give --fps"});
  SizeOptions options;
  options.num_frames = 10;
  expect_contains(error({64, 64, 250, 24}, options), {"--num-frames is 10", "9 or 13"});
}

TEST(Size, RulesFollowPatchAndCompression) {
  const SizeRules rules{32, 8, 8, 4};
  SizeOptions options;
  options.width = 80;
  expect_contains(size_error(options, rules), {"multiple of 32", "64 or 96"});
}

}  // namespace
}  // namespace flowreel
