#include "pipeline/generate/memory.h"

#include "tests/pipeline/generate/run.h"

namespace flowreel {
namespace {

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
  EXPECT_EQ(why, "");
  EXPECT_FALSE(choose_tiling(options, {}, {512, 16, 5, 24}, 1, at::kCPU, &why).spatial);
  EXPECT_EQ(why, "");
  EXPECT_FALSE(choose_tiling(options, {}, {16384, 16384, 17, 24}, 4, at::kCPU, &why).spatial);
  expect_contains(why, {"VAE tiling off", "GiB are free"});
  options.tiles.stride_width = 300;
  EXPECT_THROW(choose_tiling(options, {}, {64, 64, 5, 24}, 4, at::kCPU, &why), UsageError);
}

TEST(Memory, HumanBytes) {
  EXPECT_EQ(human_bytes(0), "0 B");
  EXPECT_EQ(human_bytes(1023), "1023 B");
  EXPECT_EQ(human_bytes(1536), "1.5 KiB");
  EXPECT_EQ(human_bytes(uint64_t{714} << 20), "714 MiB");
  EXPECT_EQ(human_bytes(uint64_t{3} << 50), "3072 TiB");
}

}  // namespace
}  // namespace flowreel
