#include "codecs/reader.h"

#include <array>

#include "codecs/image.h"
#include "codecs/resize.h"
#include "codecs/writer.h"
#include "tests/codecs/media.h"

namespace flowreel {
namespace {

class ReaderTest : public MediaTest {
 protected:
  void write_clip(const std::string& name, const at::Tensor& clip,
                  Codec codec = Codec::Ffv1) const {
    WriterOptions options;
    options.codec = codec;
    options.width = static_cast<int>(clip.size(2));
    options.height = static_cast<int>(clip.size(1));
    VideoWriter writer(path(name), options);
    for (int64_t i = 0; i < clip.size(0); ++i) writer.write(clip[i]);
    writer.finish();
  }
};

// A picture whose quarters have four colours, so that every turn and mirror looks different.
at::Tensor quarters(int64_t height, int64_t width) {
  at::Tensor p = flat(height, width, 20, 20, 20);
  p.slice(0, 0, height / 2).slice(1, 0, width / 2).copy_(at::tensor({230, 30, 30}, at::kInt));
  p.slice(0, 0, height / 2).slice(1, width / 2).copy_(at::tensor({30, 200, 30}, at::kInt));
  p.slice(0, height / 2).slice(1, 0, width / 2).copy_(at::tensor({30, 30, 220}, at::kInt));
  return p;
}

struct ColourCase {
  const char* matrix;  // of ffmpeg's scale filter
  const char* tag;     // of its -colorspace; empty: not tagged
  const char* range;   // "tv" or "pc"
  const char* format;
  int height;
};

std::ostream& operator<<(std::ostream& out, const ColourCase& c) {
  return out << c.matrix << "_" << (*c.tag ? "tagged" : "untagged") << "_" << c.range << "_"
             << c.format << "_" << c.height;
}

class ColourTest : public ReaderTest, public testing::WithParamInterface<ColourCase> {};

TEST_P(ColourTest, KnownColoursComeBack) {
  const ColourCase& c = GetParam();
  const int colours[][3] = {{255, 0, 0}, {0, 255, 0},   {0, 0, 255},     {255, 255, 255},
                            {0, 0, 0},   {255, 255, 0}, {128, 128, 128}, {200, 120, 40}};
  std::vector<at::Tensor> frames;
  for (const auto& rgb : colours) frames.push_back(flat(c.height, 64, rgb[0], rgb[1], rgb[2]));
  const at::Tensor clip = at::stack(frames);
  write_clip("rgb.mkv", clip);
  // The scale filter applies the matrix and range named, the tags say so.
  const std::string filter = std::string("format=gbrp,scale=out_color_matrix=") + c.matrix +
                             ":out_range=" + c.range +
                             ":flags=accurate_rnd+full_chroma_int,format=" + c.format;
  const std::string tag = *c.tag ? std::string(" -colorspace ") + c.tag : " -colorspace 2";
  ffmpeg("-i rgb.mkv -vf " + filter + tag + " -color_range " + c.range +
         " -c:v ffv1 -level 3 c.mkv");
  EXPECT_EQ(VideoReader::open(path("c.mkv")).info().matrix, *c.tag ? c.tag : "unknown");
  const at::Tensor back = read_clip(path("c.mkv"));
  for (int64_t i = 0; i < clip.size(0); ++i) {
    EXPECT_LE(max_difference(back[i], clip[i]), 2)
        << clip[i][0][0] << " came back as " << back[i][0][0];
  }
}

INSTANTIATE_TEST_SUITE_P(
    Colours, ColourTest,
    testing::Values(ColourCase{"bt709", "bt709", "tv", "yuv420p", 48},
                    ColourCase{"bt709", "bt709", "pc", "yuv420p", 48},
                    ColourCase{"bt601", "smpte170m", "tv", "yuv420p", 48},
                    ColourCase{"bt601", "bt470bg", "pc", "yuv420p", 48},
                    ColourCase{"bt601", "smpte170m", "tv", "yuv444p", 48},
                    ColourCase{"bt709", "bt709", "tv", "yuv422p", 48},
                    ColourCase{"bt709", "bt709", "tv", "yuv420p10le", 48},
                    ColourCase{"bt709", "bt709", "pc", "yuv444p12le", 48},
                    ColourCase{"bt2020", "bt2020nc", "tv", "yuv420p10le", 48},
                    ColourCase{"bt601", "", "tv", "yuv420p", 48},     // small: BT.601
                    ColourCase{"bt709", "", "tv", "yuv420p", 720}));  // large: BT.709

TEST_F(ReaderTest, GreyAndDeepFormats) {
  const at::Tensor clip = noise_clip(2, 16, 24);
  write_clip("a.mkv", clip);
  ffmpeg("-i a.mkv -c:v ffv1 -pix_fmt gray g8.mkv");
  ffmpeg("-i g8.mkv -c:v ffv1 -pix_fmt gray16le g16.mkv");
  const at::Tensor grey = read_clip(path("g8.mkv"));
  EXPECT_TRUE(at::equal(grey.select(3, 0), grey.select(3, 1)));
  EXPECT_GT(grey.to(at::kFloat).std().item<float>(), 10);
  EXPECT_LE(max_difference(read_clip(path("g16.mkv")), grey), 1);
}

TEST_F(ReaderTest, DescribesTheSource) {
  write_clip("a.mp4", smooth_clip(10, 64, 96), Codec::H264);
  const VideoReader reader = VideoReader::open(path("a.mp4"));
  EXPECT_EQ(reader.info().frames, 10);
  EXPECT_NEAR(reader.info().duration, 10.0 / 24, 1e-6);
  EXPECT_EQ(reader.info().fps.num, 24);
  EXPECT_EQ(reader.info().fps.den, 1);
}

// Gives the track header of an MP4 another matrix (a, b, c, d in ISO 14496-12: x' = a x + c y, y' =
// b x + d y).
std::string with_matrix(std::string bytes, const std::array<int, 4>& abcd) {
  const auto fixed = [](int value) {
    const std::string sign(2, value < 0 ? '\xff' : '\0');
    return value == 0  ? std::string(4, '\0')
           : value > 0 ? std::string("\0\1\0\0", 4)
                       : sign + std::string(2, '\0');
  };
  const auto matrix = [&](const std::array<int, 4>& m) {
    return fixed(m[0]) + fixed(m[1]) + fixed(0) + fixed(m[2]) + fixed(m[3]);
  };
  const std::string unity = matrix({1, 0, 0, 1});
  const size_t track =
      bytes.find(unity, bytes.find(unity) + 1);  // the first one belongs to the movie header
  EXPECT_NE(track, std::string::npos);
  return bytes.replace(track, unity.size(), matrix(abcd));
}

TEST_F(ReaderTest, RotationIsApplied) {
  const at::Tensor p = quarters(48, 96);
  write_clip("a.mp4", p.expand({3, 48, 96, 3}).contiguous(), Codec::H264);
  const at::Tensor plain = read_clip(path("a.mp4"))[0];
  const std::array<int, 4> matrices[] = {{0, 1, -1, 0}, {-1, 0, 0, -1}, {0, -1, 1, 0}};
  for (int turns = 1; turns <= 3; ++turns) {  // clockwise
    write_bytes(path("r.mp4"), with_matrix(read_bytes(path("a.mp4")), matrices[turns - 1]));
    const VideoReader reader = VideoReader::open(path("r.mp4"));
    const at::Tensor frame = read_clip(path("r.mp4"))[0];
    EXPECT_EQ(reader.info().rotation, 90 * turns);
    EXPECT_EQ(reader.info().width, frame.size(1));
    EXPECT_EQ(reader.info().height, frame.size(0));
    EXPECT_TRUE(at::equal(frame, at::rot90(plain, -turns, {0, 1}))) << turns;
    ffmpeg("-i r.mp4 -frames:v 1 -update 1 turned.png");  // and ffmpeg turns it the same way
    EXPECT_GT(psnr(frame, read_image(path("turned.png"))), 25) << turns;
  }
}

TEST_F(ReaderTest, MirrorsAreApplied) {
  const at::Tensor p = quarters(48, 96);
  write_clip("a.mp4", p.expand({2, 48, 96, 3}).contiguous(), Codec::H264);
  const at::Tensor plain = read_clip(path("a.mp4"))[0];
  const std::pair<std::array<int, 4>, at::Tensor> cases[] = {
      {{-1, 0, 0, 1}, plain.flip(1)},
      {{1, 0, 0, -1}, plain.flip(0)},
      {{0, 1, 1, 0}, plain.transpose(0, 1)},
      {{0, -1, -1, 0}, plain.transpose(0, 1).flip({0, 1})}};
  for (const auto& [matrix, expected] : cases) {
    write_bytes(path("m.mp4"), with_matrix(read_bytes(path("a.mp4")), matrix));
    EXPECT_TRUE(VideoReader::open(path("m.mp4")).info().mirrored);
    EXPECT_TRUE(at::equal(read_clip(path("m.mp4"))[0], expected))
        << matrix[0] << matrix[1] << matrix[2] << matrix[3];
  }
}

TEST_F(ReaderTest, VariableRateBecomesConstant) {
  // Frames at 0, 1/30, 2/30 and 10/30 s; the last lasts 1/30 s as far as the container says.
  write_clip("a.mkv", noise_clip(4, 16, 16));
  ffmpeg(
      "-i a.mkv -vf \"settb=1/30,setpts='if(eq(N,3),10,N)'\" -vsync vfr -enc_time_base 1:30 -c:v "
      "ffv1 v.mkv");
  const at::Tensor source = read_clip(path("v.mkv"));
  ASSERT_EQ(source.size(0), 4);
  ReadOptions options;
  options.fps = 15;  // output times 0, 2/30, 4/30, … 10/30
  const at::Tensor clip = read_clip(path("v.mkv"), options);
  const std::vector<int64_t> expected = {0, 2, 2, 2, 2, 3};
  ASSERT_EQ(clip.size(0), static_cast<int64_t>(expected.size()));
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_TRUE(at::equal(clip[static_cast<int64_t>(i)], source[expected[i]])) << i;
  }
}

// Matroska rounds 1/30 s to milliseconds: asking for the rate a clip has must give each frame once.
TEST_F(ReaderTest, SameRateIsTheSameClip) {
  const at::Tensor clip = noise_clip(40, 16, 16);
  for (const Rational fps :
       {Rational{30, 1}, Rational{30000, 1001}, Rational{24, 1}, Rational{60, 1}}) {
    WriterOptions options;
    options.codec = Codec::Ffv1;
    options.width = options.height = 16;
    options.fps = fps;
    options.overwrite = true;
    VideoWriter writer(path("a.mkv"), options);
    for (int64_t i = 0; i < 40; ++i) writer.write(clip[i]);
    writer.finish();
    ReadOptions same;
    same.fps = fps.value();
    const at::Tensor back = read_clip(path("a.mkv"), same);
    ASSERT_EQ(back.size(0), 40) << fps.num;
    EXPECT_TRUE(at::equal(back, clip)) << fps.num;
  }
}

TEST_F(ReaderTest, HalfAndDoubleRate) {
  const at::Tensor clip = noise_clip(12, 16, 16);
  write_clip("a.mkv", clip);
  ReadOptions options;
  options.fps = 12;
  EXPECT_TRUE(at::equal(read_clip(path("a.mkv"), options), clip.slice(0, 0, 12, 2)));
  options.fps = 48;
  EXPECT_TRUE(at::equal(read_clip(path("a.mkv"), options), clip.repeat_interleave(2, 0)));
  options.max_frames = 5;
  EXPECT_TRUE(
      at::equal(read_clip(path("a.mkv"), options), clip.repeat_interleave(2, 0).slice(0, 0, 5)));
}

TEST_F(ReaderTest, Gif) {
  write_clip("a.mkv", smooth_clip(6, 48, 64));
  ffmpeg("-i a.mkv -vf 'fps=10,split[a][b];[a]palettegen[p];[b][p]paletteuse' a.gif");
  const at::Tensor gif = read_clip(path("a.gif"));
  EXPECT_EQ(VideoReader::open(path("a.gif")).info().codec, "gif");
  EXPECT_GE(gif.size(0), 2);
  EXPECT_GT(psnr(gif[0], read_clip(path("a.mkv"))[0]), 25);
}

TEST_F(ReaderTest, FoldersInNaturalOrder) {
  const at::Tensor clip = noise_clip(4, 8, 8);
  std::filesystem::create_directory(path("f"));
  const char* const names[] = {"f/shot2.png", "f/shot10.png", "f/shot010b.png", "f/shot100.PNG"};
  for (int64_t i = 3; i >= 0; --i) write_png(path(names[i]), clip[i]);
  write_bytes(path("f/notes.txt"), "not an image");
  write_bytes(path("f/.hidden.png"), "not an image");
  EXPECT_TRUE(at::equal(read_clip(path("f")), clip));
  ReadOptions options;
  options.fps = 12;  // half of a folder's own 24
  EXPECT_TRUE(at::equal(read_clip(path("f/"), options), clip.slice(0, 0, 4, 2)));
  write_png(path("f/shot200.png"), flat(8, 9, 0, 0, 0));
  std::string text;
  EXPECT_EQ(error_code([&] { read_clip(path("f")); }, &text), 65);
  EXPECT_NE(text.find("shot200.png"), std::string::npos) << text;
}

TEST_F(ReaderTest, JpegFolder) {
  write_clip("a.mkv", smooth_clip(3, 48, 64));
  std::filesystem::create_directory(path("f"));
  ffmpeg("-i a.mkv -q:v 1 f/%d.jpg");
  const at::Tensor clip = read_clip(path("f"));
  EXPECT_EQ(clip.size(0), 3);
  EXPECT_GT(psnr(clip, read_clip(path("a.mkv"))), 35);
}

TEST_F(ReaderTest, SizeAndFrameLimit) {
  write_clip("a.mkv", smooth_clip(7, 30, 40));
  ReadOptions options;
  options.width = 16;
  options.height = 16;
  options.max_frames = 3;
  const at::Tensor clip = read_clip(path("a.mkv"), options);
  EXPECT_EQ(clip.sizes(), (std::vector<int64_t>{3, 16, 16, 3}));
  EXPECT_TRUE(at::equal(clip[2], resize_cover(read_clip(path("a.mkv"))[2], 16, 16)));
  options.height = 0;
  EXPECT_EQ(error_code([&] { read_clip(path("a.mkv"), options); }), 64);
  options = {};
  options.fps = NAN;
  EXPECT_EQ(error_code([&] { read_clip(path("a.mkv"), options); }), 64);
  options = {};
  options.limits.max_clip_bytes = 5000;
  EXPECT_EQ(error_code([&] { read_clip(path("a.mkv"), options); }), 65);
}

}  // namespace
}  // namespace flowreel
