#include "codecs/image.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include "codecs/image_header.h"
#include "tests/codecs/media.h"

namespace flowreel {
namespace {

class ImageTest : public MediaTest {};

void put_big(std::string& bytes, uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift);
}

// A PNG with a header of that size and next to no pixels; the decoder must not get as far as the
// CRC.
std::string png_header(uint32_t width, uint32_t height) {
  std::string bytes = "\x89PNG\r\n\x1a\n";
  put_big(bytes, 13);
  bytes += "IHDR";
  put_big(bytes, width);
  put_big(bytes, height);
  bytes += std::string("\x01\0\0\0\0", 5) + std::string(4, '\0');
  put_big(bytes, 2);
  bytes += "IDAT" + std::string(6, '\0');
  put_big(bytes, 0);
  return bytes + "IEND" + std::string(4, '\0');
}

TEST_F(ImageTest, PngIsExactAndStable) {
  const at::Tensor pixels = noise_clip(1, 37, 53)[0];
  write_png(path("a.png"), pixels);
  write_png(path("b.png"), pixels);
  EXPECT_TRUE(at::equal(read_image(path("a.png")), pixels));
  EXPECT_EQ(read_bytes(path("a.png")), read_bytes(path("b.png")));
  EXPECT_EQ(listing(), (std::vector<std::string>{"a.png", "b.png"}));
}

TEST_F(ImageTest, PngIsNotOverwrittenUnasked) {
  write_png(path("a.png"), flat(4, 4, 1, 2, 3));
  EXPECT_EQ(error_code([&] { write_png(path("a.png"), flat(4, 4, 9, 9, 9)); }), 73);
  EXPECT_TRUE(at::equal(read_image(path("a.png")), flat(4, 4, 1, 2, 3)));
  write_png(path("a.png"), flat(4, 4, 9, 9, 9), true);
  EXPECT_TRUE(at::equal(read_image(path("a.png")), flat(4, 4, 9, 9, 9)));
  EXPECT_EQ(error_code([&] { write_png(path("no/a.png"), flat(4, 4, 9, 9, 9)); }), 73);
  EXPECT_EQ(error_code([&] { write_png(path(""), flat(4, 4, 9, 9, 9)); }), 73);
  EXPECT_EQ(error_code([&] { write_png(path("c.png"), at::zeros({4, 4, 4}, at::kByte)); }), 64);
  EXPECT_EQ(listing(), std::vector<std::string>{"a.png"});
}

TEST_F(ImageTest, KindsOfPng) {
  const at::Tensor pixels = noise_clip(1, 16, 24)[0];
  write_png(path("rgb.png"), pixels);
  ffmpeg("-i rgb.png -pix_fmt rgba rgba.png");
  // Sixteen bits twice the same byte are exactly that byte's level.
  std::string deep;
  for (int64_t i = 0; i < pixels.numel(); ++i)
    deep += std::string(2, static_cast<char>(pixels.data_ptr<uint8_t>()[i]));
  write_bytes(path("deep.raw"), deep);
  ffmpeg("-f rawvideo -pix_fmt rgb48be -s 24x16 -i deep.raw deep.png");
  write_bytes(path("bits.raw"), std::string("\xff\x80\0\0\xaa\x80", 6));
  ffmpeg("-f rawvideo -pix_fmt monob -s 9x3 -i bits.raw bits.png");
  ffmpeg("-i rgb.png -pix_fmt gray -update 1 gray.png");
  ffmpeg("-i gray.png -pix_fmt gray16be gray16.png");
  ffmpeg(
      "-f lavfi -i color=c=0x4080C0:s=16x8:d=0.1,format=rgb24 -frames:v 1 -vf "
      "'split[a][b];[a]palettegen[p];[b][p]paletteuse' -pix_fmt pal8 palette.png");
  EXPECT_TRUE(at::equal(read_image(path("rgba.png")), pixels));
  EXPECT_TRUE(at::equal(read_image(path("deep.png")), pixels));
  EXPECT_TRUE(at::equal(read_image(path("gray.png")), read_image(path("gray16.png"))));
  const at::Tensor gray = read_image(path("gray.png"));
  EXPECT_TRUE(at::equal(gray.select(2, 0), gray.select(2, 2)));
  EXPECT_LE(max_difference(read_image(path("palette.png")), flat(8, 16, 0x40, 0x80, 0xC0)), 1);
  const at::Tensor bits = read_image(path("bits.png")).select(2, 1).div(255, "trunc");
  EXPECT_TRUE(at::equal(bits[0], at::ones({9}, at::kByte)));
  EXPECT_TRUE(at::equal(bits[1], at::zeros({9}, at::kByte)));
  EXPECT_EQ(bits[2].sum().item<int>(), 5);
}

TEST_F(ImageTest, JpegColours) {
  const int colours[][3] = {{255, 0, 0},     {0, 255, 0}, {0, 0, 255},
                            {255, 255, 255}, {0, 0, 0},   {200, 120, 40}};
  for (const auto& c : colours) {
    write_png(path("c.png"), flat(32, 48, c[0], c[1], c[2]), true);
    for (const char* format : {"yuvj420p", "yuvj444p"}) {
      ffmpeg("-i c.png -q:v 1 -pix_fmt " + std::string(format) + " c.jpg");
      EXPECT_LE(max_difference(read_image(path("c.jpg")), flat(32, 48, c[0], c[1], c[2])), 2)
          << c[0] << " " << c[1];
    }
  }
}

TEST_F(ImageTest, WebP) {
  const at::Tensor pixels = smooth_clip(1, 48, 64)[0];
  write_png(path("a.png"), pixels);
  ffmpeg("-i a.png -c:v libwebp -lossless 1 -pix_fmt bgra a.webp");
  ffmpeg("-i a.png -c:v libwebp -quality 95 b.webp");
  EXPECT_TRUE(at::equal(read_image(path("a.webp")), pixels));
  EXPECT_GT(psnr(read_image(path("b.webp")), pixels), 35);
  const std::string bytes = read_bytes(path("b.webp"));
  write_bytes(path("cut.webp"), bytes.substr(0, bytes.size() / 2));
  EXPECT_EQ(error_code([&] { read_image(path("cut.webp")); }), 65);
}

// Puts an EXIF block with one entry, the orientation, behind the start of a JPEG.
std::string with_orientation(const std::string& jpeg, char orientation) {
  std::string exif = std::string("Exif\0\0", 6) + "MM" + std::string("\0\x2a\0\0\0\x08\0\x01", 8);
  exif +=
      std::string("\x01\x12\0\x03\0\0\0\x01\0", 9) + orientation + std::string("\0\0\0\0\0\0", 6);
  std::string segment = "\xFF\xE1";
  segment += static_cast<char>((exif.size() + 2) >> 8);
  segment += static_cast<char>((exif.size() + 2) & 255);
  return jpeg.substr(0, 2) + segment + exif + jpeg.substr(2);
}

TEST_F(ImageTest, ExifOrientation) {
  at::Tensor scene = flat(32, 48, 0, 0, 0);  // red above left, blue below right
  scene.slice(0, 0, 16).slice(1, 0, 16).select(2, 0).fill_(255);
  scene.slice(0, 16, 32).slice(1, 32, 48).select(2, 2).fill_(255);
  write_png(path("a.png"), scene);
  ffmpeg("-i a.png -q:v 1 -pix_fmt yuvj444p a.jpg");
  const std::string jpeg = read_bytes(path("a.jpg"));
  const at::Tensor s = read_image(path("a.jpg"));
  // EXIF names where the stored first row and first column lie in the upright picture.
  const std::vector<at::Tensor> upright = {s,
                                           s.flip(1),
                                           s.flip({0, 1}),
                                           s.flip(0),
                                           s.transpose(0, 1),
                                           s.transpose(0, 1).flip(1),
                                           s.transpose(0, 1).flip({0, 1}),
                                           s.transpose(0, 1).flip(0)};
  for (char orientation = 1; orientation <= 8; ++orientation) {
    write_bytes(path("o.jpg"), with_orientation(jpeg, orientation));
    EXPECT_TRUE(at::equal(read_image(path("o.jpg")), upright[static_cast<size_t>(orientation - 1)]))
        << int(orientation);
  }
}

// Every cut is an error, and what was decoded before never shines through.
TEST_F(ImageTest, CutFilesFailAndNeverMix) {
  write_png(path("a.png"), noise_clip(1, 40, 56)[0]);
  write_png(path("s.png"), smooth_clip(1, 64, 64)[0]);
  ffmpeg("-i s.png -q:v 2 base.jpg");
  for (const char* name : {"a.png", "s.png", "base.jpg"}) {
    const std::string bytes = read_bytes(path(name));
    const at::Tensor whole = read_image(path(name));
    for (int percent = 0; percent < 100; percent += 3) {
      write_bytes(path("cut"), bytes.substr(0, bytes.size() * static_cast<size_t>(percent) / 100));
      EXPECT_EQ(error_code([&] { read_image(path("cut")); }), 65)
          << name << " at " << percent << " %";
    }
    write_bytes(path("cut"), bytes.substr(0, bytes.size() - 1));
    EXPECT_EQ(error_code([&] { read_image(path("cut")); }), 65) << name;
    EXPECT_TRUE(at::equal(read_image(path(name)), whole));
  }
}

// The end mark alone does not make a picture whole.
TEST_F(ImageTest, CutFilesWithAnEndMarkFail) {
  write_png(path("s.png"), noise_clip(1, 64, 64)[0]);
  ffmpeg("-i s.png -q:v 2 base.jpg");
  const std::string jpeg = read_bytes(path("base.jpg"));
  for (int percent = 30; percent < 98; percent += 4) {
    write_bytes(path("cut"),
                jpeg.substr(0, jpeg.size() * static_cast<size_t>(percent) / 100) + "\xFF\xD9");
    EXPECT_EQ(error_code([&] { read_image(path("cut")); }), 65) << percent << " %";
  }
}

TEST_F(ImageTest, DamagedPngFails) {
  write_png(path("a.png"), noise_clip(1, 40, 56)[0]);
  std::string bytes = read_bytes(path("a.png"));
  bytes[bytes.size() / 2] ^= 0x10;
  write_bytes(path("b.png"), bytes);
  EXPECT_EQ(error_code([&] { read_image(path("b.png")); }), 65);
}

TEST_F(ImageTest, BombsAreRefusedByTheirHeader) {
  rusage before{}, after{};
  getrusage(RUSAGE_SELF, &before);
  const std::pair<uint32_t, uint32_t> sizes[] = {
      {30000, 30000}, {100000, 100000}, {2'000'000'000, 2}, {0, 5}, {0xFFFFFFFF, 0xFFFFFFFF}};
  for (const auto& [width, height] : sizes) {
    write_bytes(path("bomb.png"), png_header(width, height));
    std::string text;
    EXPECT_EQ(error_code([&] { read_image(path("bomb.png")); }, &text), 65);
    EXPECT_NE(text.find(std::to_string(width)), std::string::npos) << text;
  }
  getrusage(RUSAGE_SELF, &after);
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 50'000);  // KiB
}

TEST_F(ImageTest, OtherThingsAreRefused) {
  const auto code = [&](const std::string& name) { return error_code([&] { read_image(name); }); };
  write_bytes(path("text.png"), "#EXTM3U\n/etc/passwd\n");
  write_bytes(path("empty.png"), "");
  mkfifo(path("fifo.png").c_str(), 0600);
  EXPECT_EQ(code(path("text.png")), 65);
  EXPECT_EQ(code(path("empty.png")), 65);
  EXPECT_EQ(code(path("fifo.png")), 77);
  EXPECT_EQ(code(folder_), 77);
  EXPECT_EQ(code(path("absent.png")), 66);
  EXPECT_EQ(code("http://host/a.png"), 77);
  EXPECT_EQ(code("data:image/png;base64,AAAA"), 77);
  EXPECT_EQ(code("/dev/zero"), 77);
  ImageLimits limits;
  limits.max_bytes = 10;
  write_png(path("a.png"), flat(4, 4, 1, 2, 3));
  EXPECT_EQ(error_code([&] { read_image(path("a.png"), limits); }), 65);
}

TEST_F(ImageTest, CmykIsRefused) {
  // SOI, a frame header with four components, a scan without data, EOI.
  std::string bytes("\xFF\xD8\xFF\xC0\0\x14\x08\0\x08\0\x08\x04", 12);
  for (int i = 1; i <= 4; ++i) bytes += std::string{static_cast<char>(i), 0x11, 0};
  bytes += std::string("\xFF\xDA\0\x0E\x04\x01\0\x02\0\x03\0\x04\0\0\x3f\0\xFF\xD9", 18);
  std::string text;
  write_bytes(path("cmyk.jpg"), bytes);
  EXPECT_EQ(error_code([&] { read_image(path("cmyk.jpg")); }, &text), 65);
  EXPECT_NE(text.find("CMYK"), std::string::npos) << text;
}

}  // namespace
}  // namespace flowreel
