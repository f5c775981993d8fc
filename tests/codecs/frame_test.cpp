#include "codecs/frame.h"

extern "C" {
#include <libavutil/cpu.h>
}

#include "codecs/clip.h"
#include "tests/codecs/media.h"

namespace flowreel {
namespace {

TEST(FrameTest, WritesBt709LimitedRange) {
  const int colours[][3] = {{255, 0, 0},     {0, 255, 0},   {0, 0, 255},
                            {255, 255, 255}, {0, 0, 0},     {128, 128, 128},
                            {200, 120, 40},  {10, 250, 90}, {1, 2, 3}};
  FromRgb from_rgb(32, 16, AV_PIX_FMT_YUV420P);
  for (const auto& c : colours) {
    const UniqueFrame frame = from_rgb(flat(16, 32, c[0], c[1], c[2]));
    // ITU-R BT.709-6, 3.2 to 3.4
    const double y = 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];
    const double planes[] = {16 + 219 * y / 255, 128 + 224 * (c[2] - y) / 1.8556 / 255,
                             128 + 224 * (c[0] - y) / 1.5748 / 255};
    for (int p = 0; p < 3; ++p) {
      EXPECT_NEAR(frame->data[p][2 * frame->linesize[p] + 5], planes[p], 1.0)
          << p << " of " << c[0] << " " << c[1];
    }
    EXPECT_EQ(frame->colorspace, AVCOL_SPC_BT709);
    EXPECT_EQ(frame->color_range, AVCOL_RANGE_MPEG);
  }
}

TEST(FrameTest, GoesThrough420AndBack) {
  const at::Tensor picture = smooth_clip(1, 128, 192)[0];
  EXPECT_GT(psnr(ToRgb("frame")(*FromRgb(192, 128, AV_PIX_FMT_YUV420P)(picture)), picture), 46);
}

// A picture shifted by the chroma siting it was not written with: a red bar on grey must not move.
TEST(FrameTest, ChromaIsReadFromWhereItWasSited) {
  at::Tensor picture = flat(64, 64, 128, 128, 128);
  picture.slice(1, 24, 40).copy_(at::tensor({220, 60, 60}, at::kInt));
  const UniqueFrame frame = FromRgb(64, 64, AV_PIX_FMT_YUV420P)(picture);
  ToRgb to_rgb("frame");
  const double sited = psnr(to_rgb(*frame), picture);
  frame->chroma_location = AVCHROMA_LOC_CENTER;
  EXPECT_GT(sited, psnr(to_rgb(*frame), picture) + 0.5);
}

TEST(FrameTest, DoesNotDependOnTheVectorUnit) {
  const at::Tensor picture = noise_clip(1, 70, 94)[0];
  const auto convert = [&] {
    const UniqueFrame frame = FromRgb(94, 70, AV_PIX_FMT_YUV420P)(picture);
    std::string bytes(reinterpret_cast<char*>(frame->data[0]),
                      static_cast<size_t>(frame->linesize[0]) * 69 + 94);
    for (int p : {1, 2}) {
      bytes.append(reinterpret_cast<char*>(frame->data[p]),
                   static_cast<size_t>(frame->linesize[p]) * 34 + 47);
    }
    return std::pair(bytes.substr(0, 94) + bytes.substr(bytes.size() - 47), ToRgb("frame")(*frame));
  };
  const auto fast = convert();
  av_force_cpu_flags(0);
  const auto plain = convert();
  av_force_cpu_flags(-1);
  EXPECT_EQ(fast.first, plain.first);
  EXPECT_TRUE(at::equal(fast.second, plain.second));
}

TEST(FrameTest, RefusesOtherTensors) {
  FromRgb from_rgb(8, 4, AV_PIX_FMT_YUV420P);
  EXPECT_EQ(error_code([&] { from_rgb(at::zeros({4, 8, 4}, at::kByte)); }), 64);
  EXPECT_EQ(error_code([&] { from_rgb(at::zeros({8, 4, 3}, at::kByte)); }), 64);
  EXPECT_EQ(error_code([&] { from_rgb(at::zeros({4, 8, 3})); }), 64);
}

TEST(FrameTest, RefusesUnknownMatrix) {
  const UniqueFrame frame = FromRgb(8, 4, AV_PIX_FMT_YUV420P)(flat(4, 8, 1, 2, 3));
  frame->colorspace = AVCOL_SPC_YCGCO;
  std::string text;
  EXPECT_EQ(error_code([&] { ToRgb("\"clip\"")(*frame); }, &text), 65);
  EXPECT_NE(text.find("ycgco"), std::string::npos) << text;
}

TEST(FrameTest, RatesAreSimpleFractions) {
  const auto is = [](double fps, int num, int den) {
    const Rational q = frame_rate(fps);
    EXPECT_EQ(q.num, num) << fps;
    EXPECT_EQ(q.den, den) << fps;
  };
  is(24, 24, 1);
  is(30000.0 / 1001, 30000, 1001);
  is(24000.0 / 1001, 24000, 1001);
  is(23.976, 24000, 1001);
  is(29.97, 30000, 1001);
  is(59.94, 60000, 1001);
  is(23.9, 239, 10);
  is(12.5, 25, 2);
  for (double fps : {0.0, -1.0, 1e-9, 1e9, double(NAN)})
    EXPECT_EQ(error_code([&] { frame_rate(fps); }), 64) << fps;
}

}  // namespace
}  // namespace flowreel
