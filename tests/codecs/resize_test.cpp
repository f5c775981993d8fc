#include "codecs/resize.h"

#include "tests/codecs/media.h"

namespace flowreel {
namespace {

TEST(ResizeTest, SameSizeIsTheSameFrame) {
  const at::Tensor frame = noise_clip(1, 20, 30)[0];
  EXPECT_TRUE(at::equal(resize_cover(frame, 30, 20), frame));
}

TEST(ResizeTest, EqualScaleOnlyCuts) {
  const at::Tensor frame = noise_clip(1, 20, 31)[0];
  EXPECT_TRUE(at::equal(resize_cover(frame, 20, 20),
                        frame.slice(1, 5, 25)));  // 11 too many: 5 left, 6 right
  EXPECT_TRUE(at::equal(resize_cover(frame, 31, 10), frame.slice(0, 5, 15)));
}

TEST(ResizeTest, ShrinkingAveragesAreas) {
  const at::Tensor frame = noise_clip(1, 24, 32)[0];
  const at::Tensor expected = at::avg_pool2d(frame.to(at::kFloat).permute({2, 0, 1}), {2, 2})
                                  .permute({1, 2, 0})
                                  .slice(1, 2, 14);
  EXPECT_LE((resize_cover(frame, 12, 12).to(at::kFloat) - expected).abs().max().item<float>(),
            0.51f);
}

TEST(ResizeTest, EnlargingKeepsTheMiddle) {
  const at::Tensor frame = smooth_clip(1, 30, 40)[0];
  const at::Tensor large = resize_cover(frame, 160, 160);  // scale 16/3 by the height: 213 x 160
  EXPECT_EQ(large.sizes(), (std::vector<int64_t>{160, 160, 3}));
  for (int c = 0; c < 3; ++c) {
    EXPECT_NEAR(large[80][80][c].item<int>(), frame[15][20][c].item<int>(), 8);
    EXPECT_NEAR(large[2][80][c].item<int>(), frame[0][20][c].item<int>(), 8);
    EXPECT_NEAR(large[80][1][c].item<int>(), frame[15][5][c].item<int>(), 8);
  }
  EXPECT_EQ(max_difference(resize_cover(flat(7, 5, 9, 99, 199), 64, 48), flat(48, 64, 9, 99, 199)),
            0);
}

TEST(ResizeTest, RefusesBadSizes) {
  const at::Tensor frame = flat(4, 4, 0, 0, 0);
  EXPECT_EQ(error_code([&] { resize_cover(frame, 0, 4); }), 64);
  EXPECT_EQ(error_code([&] { resize_cover(frame, 4, 20000); }), 64);
  EXPECT_EQ(error_code([&] { resize_cover(frame.to(at::kFloat), 2, 2); }), 64);
  EXPECT_EQ(error_code([&] { resize_cover(at::empty({0, 4, 3}, at::kByte), 2, 2); }), 64);
  EXPECT_EQ(error_code([&] { resize_cover(flat(10000, 1, 0, 0, 0), 16384, 16384); }), 64);
}

}  // namespace
}  // namespace flowreel
