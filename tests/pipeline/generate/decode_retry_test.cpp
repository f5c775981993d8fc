#include "pipeline/generate/decode_retry.h"

#include <c10/util/Exception.h>

#include <new>
#include <nlohmann/json.hpp>

#include "tests/pipeline/generate/run.h"

namespace flowreel {
namespace {

TEST(SmallerTiling, CutsInSpaceFirstThenHalves) {
  const HunyuanVaeConfig config;
  const ClipSize clip{1280, 720, 129, 24};
  VaeTiling tiling;
  auto next = smaller_tiling(tiling, config, clip);
  ASSERT_TRUE(next);
  EXPECT_TRUE(next->spatial);
  EXPECT_EQ(next->tile_width, 256);
  next = smaller_tiling(*next, config, clip);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->tile_width, 128);
  EXPECT_EQ(next->stride_height, 96);
  check_tiling(*next, config);
  next = smaller_tiling(*next, config, clip);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->tile_height, 64);
  EXPECT_FALSE(smaller_tiling(*next, config, clip));
}

TEST(SmallerTiling, OfASmallClipIsSmallerThanTheClip) {
  const auto next = smaller_tiling({}, {}, {128, 128, 33, 16});
  ASSERT_TRUE(next);
  EXPECT_EQ(next->tile_width, 64);
  EXPECT_FALSE(smaller_tiling({}, {}, {64, 64, 33, 16}));
}

class DecodeRetryTest : public ::testing::Test {
 protected:
  DecodeRetryTest() : options_(quick_options(folder_ / "clip.mp4")) {
    options_.size.width = options_.size.height = 128;
  }
  // Memory runs out in the first `times` attempts, after frames of them were written.
  RunRecord run(int times) {
    Events events;
    events.progress = [this, times](const Progress& p) {
      if (p.stage != "decode" || p.done != 0) return;
      if (++attempts_ <= times) throw std::bad_alloc();
    };
    events.notice = [this](const std::string& text) { notices_ += text + "\n"; };
    return generate(options_, events);
  }
  ScratchFolder folder_;
  GenerateOptions options_;
  std::string notices_;
  int attempts_ = 0;
};

TEST_F(DecodeRetryTest, MakesTheClipThatSmallerTilesMake) {
  const RunRecord record = run(1);
  EXPECT_EQ(attempts_, 2);
  expect_contains(notices_, {"ran out of memory", "tiles of 64 x 64 pixels"});
  const auto manifest = nlohmann::json::parse(read_bytes(folder_ / "clip.json"));
  EXPECT_EQ(manifest["vae"]["tiling"], "on");
  EXPECT_EQ(manifest["vae"]["tile_px"], (nlohmann::json{64, 64}));

  GenerateOptions asked = options_;
  asked.output.path = folder_ / "asked.mp4";
  asked.vae.mode = TilingMode::kOn;
  asked.vae.tiles = record.tiling;
  EXPECT_EQ(generate(asked, {}).hashes, record.hashes);
  EXPECT_EQ(folder_.listing(),
            (std::vector<std::string>{"asked.json", "asked.mp4", "clip.json", "clip.mp4"}));
}

TEST_F(DecodeRetryTest, GivesUpWhenTilesCannotBeSmaller) {
  EXPECT_THROW(run(100), std::bad_alloc);
  EXPECT_EQ(attempts_, 2);
  EXPECT_TRUE(folder_.listing().empty());
}

TEST_F(DecodeRetryTest, StrictNeverChangesTheTiles) {
  options_.compute.determinism = Determinism::kStrict;
  EXPECT_THROW(run(1), std::bad_alloc);
  EXPECT_EQ(attempts_, 1);
}

TEST(DecodeRetrying, OtherErrorsAreNotRetried) {
  int attempts = 0;
  const auto fail = [&](const VaeTiling&) {
    ++attempts;
    throw NumericsError("no");
  };
  EXPECT_THROW(decode_retrying({}, {}, {1280, 720, 5, 24}, {}, fail), NumericsError);
  EXPECT_EQ(attempts, 1);
}

}  // namespace
}  // namespace flowreel
