// The small parts beside the stages: sizes, memory, computing, guards, checks of options.
#include <limits>

#include "models/weights/config.h"
#include "pipeline/generate/compute.h"
#include "pipeline/generate/guard.h"
#include "pipeline/generate/memory.h"
#include "pipeline/generate/schedule_config.h"
#include "pipeline/generate/size.h"
#include "pipeline/generate/validate.h"
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

TEST(Size, RulesFollowPatchAndCompression) {
  const SizeRules rules{32, 8, 8, 4};
  SizeOptions options;
  options.width = 80;
  expect_contains(size_error(options, rules), {"multiple of 32", "64 or 96"});
}

HunyuanVaeConfig published_vae() { return {}; }

TEST(Memory, DecodeGrowsWithEverything) {
  const HunyuanVaeConfig vae = published_vae();
  const VaeTiling whole;
  const ClipSize size{256, 256, 17, 24};
  const uint64_t base = decode_bytes(vae, size, whole, 4);
  EXPECT_GT(decode_bytes(vae, {512, 256, 17, 24}, whole, 4), base);
  EXPECT_GT(decode_bytes(vae, {256, 512, 17, 24}, whole, 4), base);
  EXPECT_GT(base, decode_bytes(vae, {256, 256, 5, 24}, whole, 4));
  EXPECT_EQ(decode_bytes(vae, size, whole, 2) * 2, base);
  EXPECT_EQ(decode_bytes(vae, {256, 256, 65, 24}, whole, 4), base) << "time is tiled always";
  // One feature map of 256 x 256 x 17 with 128 channels, the last block's, is 0.53 GiB.
  EXPECT_GT(base, uint64_t{17} * 256 * 256 * 128 * 4 * 2);
}

TEST(Memory, SpatialTilesBoundTheDecode) {
  VaeTiling tiled;
  tiled.spatial = true;
  const auto maps = [&](const ClipSize& size, const VaeTiling& t) {
    return decode_bytes(published_vae(), size, t, 4);
  };
  EXPECT_EQ(maps({128, 128, 17, 24}, tiled), maps({128, 128, 17, 24}, VaeTiling{}));
  EXPECT_LT(maps({1280, 720, 17, 24}, tiled), maps({1280, 720, 17, 24}, VaeTiling{}) / 5);
}

TEST(Memory, AutoTilesOnlyWhatWouldNotFit) {
  VaeOptions options;
  options.mode = TilingMode::kAuto;
  std::string why;
  const auto tiled = [&](const ClipSize& size) {
    why.clear();
    return choose_tiling(options, published_vae(), size, 4, at::kCPU, &why).spatial;
  };
  EXPECT_FALSE(tiled({64, 64, 5, 24}));
  EXPECT_EQ(why, "") << "nothing to decide";
  EXPECT_FALSE(tiled({272, 16, 1, 24}));
  expect_contains(why, {"VAE tiling auto: off", "are free"});
  EXPECT_TRUE(tiled({16384, 16384, 17, 24}));
  expect_contains(why, {"VAE tiling auto: on", "GiB"});
}

TEST(Memory, OnAndOffAreObeyed) {
  VaeOptions options;
  std::string why;
  options.mode = TilingMode::kOn;
  EXPECT_TRUE(choose_tiling(options, {}, {64, 64, 5, 24}, 4, at::kCPU, &why).spatial);
  options.mode = TilingMode::kOff;
  EXPECT_FALSE(choose_tiling(options, {}, {16384, 16384, 17, 24}, 4, at::kCPU, &why).spatial);
  EXPECT_EQ(why, "");
  options.tiles.stride_width = 300;
  EXPECT_THROW(choose_tiling(options, {}, {64, 64, 5, 24}, 4, at::kCPU, &why), UsageError);
}

TEST(Memory, HumanBytes) {
  EXPECT_EQ(human_bytes(0), "0 B");
  EXPECT_EQ(human_bytes(1023), "1023 B");
  EXPECT_EQ(human_bytes(1536), "1.5 KiB");
  EXPECT_EQ(human_bytes(uint64_t{714} << 20), "714 MiB");
  EXPECT_EQ(human_bytes(uint64_t{3} << 50), "3072 TiB");
  EXPECT_GT(available_bytes(at::kCPU), uint64_t{1} << 20);
}

ScheduleOptions schedule_of(const std::string& config, const SamplingOptions& sampling = {}) {
  const std::vector<int64_t> shape{1, 16, 3, 60, 90};
  return schedule_options(ModelConfig::from_text(config, "scheduler_config.json"), sampling, {},
                          shape);
}

TEST(ScheduleConfig, ShiftOfTheFileUnlessGiven) {
  SamplingOptions sampling;
  sampling.steps = 7;
  EXPECT_EQ(schedule_of(R"({"shift": 3.5})", sampling).shift, 3.5);
  EXPECT_EQ(schedule_of("{}", sampling).shift, 1.0);
  EXPECT_EQ(schedule_of("{}", sampling).steps, 7);
  EXPECT_EQ(schedule_of(R"({"shift_terminal": 0.1})").shift_terminal, 0.1);
  EXPECT_EQ(schedule_of(R"({"shift_terminal": null})").shift_terminal, 0.0);
  sampling.flow_shift = 9;
  EXPECT_EQ(schedule_of(R"({"shift": 3.5})", sampling).shift, 9);
  EXPECT_FALSE(schedule_of(R"({"use_dynamic_shifting": true})", sampling).dynamic);
}

// 3 · 30 · 45 = 4050 tokens on the line through (256, 0.5) and (4096, 1.15).
TEST(ScheduleConfig, DynamicShift) {
  const ScheduleOptions schedule = schedule_of(R"({"use_dynamic_shifting": true})");
  EXPECT_TRUE(schedule.dynamic);
  EXPECT_EQ(schedule.dynamic_shift, DynamicShift::kExponential);
  EXPECT_NEAR(schedule.mu, 0.5 + (4050 - 256) * 0.65 / 3840, 1e-12);
  EXPECT_EQ(
      schedule_of(R"({"use_dynamic_shifting": true, "time_shift_type": "linear"})").dynamic_shift,
      DynamicShift::kLinear);
  expect_contains(error_text<DataError>([] {
                    schedule_of(R"({"use_dynamic_shifting": true, "time_shift_type": "cubic"})");
                  }),
                  {"time_shift_type", "cubic", "linear"});
}

TEST(ScheduleConfig, WhatWouldChangeTheSigmasIsRefused) {
  for (const std::string key : {"invert_sigmas", "use_karras_sigmas", "use_exponential_sigmas",
                                "use_beta_sigmas", "stochastic_sampling"}) {
    EXPECT_NO_THROW(schedule_of("{\"" + key + "\": false}"));
    expect_contains(error_text<DataError>([&] { schedule_of("{\"" + key + "\": true}"); }),
                    {"scheduler_config.json", key, "expected false"});
  }
  for (const char* bad : {R"({"shift": 0})", R"({"shift": "7"})", R"({"shift_terminal": 1.5})",
                          R"({"num_train_timesteps": 100})"})
    EXPECT_THROW(schedule_of(bad), DataError) << bad;
}

TEST(Guard, FiniteCounts) {
  EXPECT_NO_THROW(check_finite(at::ones({2, 3}), "here"));
  at::Tensor x = at::ones({2, 3});
  x[0][1] = std::numeric_limits<float>::infinity();
  x[1][2] = std::nan("");
  EXPECT_EQ(error_text<NumericsError>([&] { check_finite(x, "here"); }),
            "here: 2 of 6 values are NaN or infinite");
  EXPECT_NO_THROW(check_finite(at::full({1}, 60000, at::kHalf), "half"));
}

TEST(Guard, BlankIsOneColourInSpaceAndTime) {
  const auto flat = [](int level) { return at::full({4, 4, 3}, level, at::kByte); };
  BlankCheck still, fading, noisy, spot;
  for (int i = 0; i < 3; ++i) {
    still.see(flat(128));
    fading.see(flat(128 + 2 * i));
    noisy.see(flat(128 + i));
    at::Tensor frame = flat(0);
    if (i == 2) frame[3][3][1] = 3;
    spot.see(frame);
  }
  expect_contains(error_text<NumericsError>([&] { still.check(); }),
                  {"frames 0 to 2", "RGB 128,128,128"});
  EXPECT_THROW(noisy.check(), NumericsError) << "two levels are noise";
  EXPECT_NO_THROW(fading.check());
  EXPECT_NO_THROW(spot.check());
}

ComputePlan plan(const std::string& device, const std::string& dtype, int threads = 2) {
  return plan_compute({device, dtype, threads});
}

TEST(Compute, WordsThatAreKnown) {
  EXPECT_EQ(plan("cpu", "auto").transformer, at::kFloat);
  EXPECT_EQ(plan("cpu", "bfloat16").vae, at::kBFloat16);
  EXPECT_EQ(plan("cpu", "float16").text, at::kHalf);
  EXPECT_EQ(plan("cpu", "float32").for_vae().dtype, at::kFloat);
  EXPECT_GE(plan("cpu", "auto", 0).threads, 1);
  EXPECT_EQ(plan("cpu", "auto", 2).threads, 2);
}

TEST(Compute, WordsThatAreNot) {
  for (const char* device : {"", "gpu", "CPU", "cuda:", "cuda:x", "cuda:-1", "cuda:1000000000000"})
    expect_contains(error_text<UsageError>([&] { plan(device, "auto"); }),
                    {"--device is \"" + std::string(device) + "\"", "cuda:N"});
  for (const char* dtype : {"", "fp16", "float64", "int8"})
    expect_contains(error_text<UsageError>([&] { plan("cpu", dtype); }),
                    {"--dtype is \"" + std::string(dtype) + "\"", "bfloat16"});
  for (const int threads : {-1, 100000})
    expect_contains(error_text<UsageError>([&] { plan("cpu", "auto", threads); }),
                    {"--threads is " + std::to_string(threads)});
  EXPECT_THROW(plan("cuda:99", "auto"), UnavailableError);
}

}  // namespace
}  // namespace flowreel
