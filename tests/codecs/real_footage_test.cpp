// Clips from cameras and encoders that are not ours, fetched by fetch_footage.py.
#include "codecs/frame.h"
#include "codecs/image.h"
#include "codecs/reader.h"
#include "codecs/resize.h"
#include "codecs/writer.h"
#include "tests/codecs/media.h"

namespace flowreel {
namespace {

class RealFootageTest : public MediaTest, public testing::WithParamInterface<const char*> {
 protected:
  std::string source() const { return std::string(FLOWREEL_FOOTAGE) + "/" + GetParam(); }

  at::Tensor first_frames(int64_t count) const {
    ReadOptions options;
    options.max_frames = count;
    at::Tensor clip = read_clip(source(), options);
    // 4:2:0 needs even sizes.
    return clip.slice(1, 0, clip.size(1) / 2 * 2).slice(2, 0, clip.size(2) / 2 * 2).contiguous();
  }

  void write(const std::string& name, const at::Tensor& clip, Codec codec, double crf) const {
    WriterOptions options;
    options.codec = codec;
    options.crf = crf;
    options.width = static_cast<int>(clip.size(2));
    options.height = static_cast<int>(clip.size(1));
    VideoWriter writer(path(name), options);
    for (int64_t i = 0; i < clip.size(0); ++i) writer.write(clip[i]);
    writer.finish();
  }
};

// The planes of 4:2:0 frames, one after another, as ffmpeg writes raw video.
std::string planes_of(const at::Tensor& clip) {
  const int width = static_cast<int>(clip.size(2)), height = static_cast<int>(clip.size(1));
  FromRgb from_rgb(width, height, AV_PIX_FMT_YUV420P);
  std::string planes;
  for (int64_t i = 0; i < clip.size(0); ++i) {
    const UniqueFrame frame = from_rgb(clip[i]);
    for (int p = 0; p < 3; ++p) {
      for (int y = 0; y < (p ? height / 2 : height); ++y) {
        planes.append(reinterpret_cast<char*>(frame->data[p] + y * frame->linesize[p]),
                      p ? width / 2 : width);
      }
    }
  }
  return planes;
}

double psnr_of_bytes(const std::string& a, const std::string& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    const double d = static_cast<uint8_t>(a[i]) - static_cast<uint8_t>(b[i]);
    sum += d * d;
  }
  return 10 * std::log10(255.0 * 255.0 * static_cast<double>(a.size()) / sum);
}

// What 4:2:0 alone costs: no encoder between.
at::Tensor through_420(const at::Tensor& clip) {
  FromRgb from_rgb(static_cast<int>(clip.size(2)), static_cast<int>(clip.size(1)),
                   AV_PIX_FMT_YUV420P);
  ToRgb to_rgb("frame");
  std::vector<at::Tensor> frames;
  for (int64_t i = 0; i < clip.size(0); ++i) frames.push_back(to_rgb(*from_rgb(clip[i])));
  return at::stack(frames);
}

double mean_change(const at::Tensor& a, const at::Tensor& b) {
  const auto sample = [](const at::Tensor& p) {
    return p.slice(0, 0, p.size(0), 8).to(at::kFloat);
  };
  return (sample(a) - sample(b)).abs().mean().item<double>();
}

TEST_P(RealFootageTest, ReadsAllFrames) {
  VideoReader reader = VideoReader::open(source());
  int64_t frames = 0;
  double change = 0;
  at::Tensor last;
  while (const auto frame = reader.next()) {
    ASSERT_EQ(frame->size(0), reader.info().height);
    ASSERT_EQ(frame->size(1), reader.info().width);
    if (last.defined()) change += mean_change(*frame, last);
    last = *frame;
    ++frames;
  }
  EXPECT_EQ(frames, reader.info().frames);
  EXPECT_GT(change / static_cast<double>(frames), 0.1);
  EXPECT_LT(change / static_cast<double>(frames), 30);
  const ClipInfo& i = reader.info();
  std::printf("%s: %dx%d, %g frames per second, %lld frames, %s %s, matrix %s, range %s\n",
              GetParam(), i.width, i.height, i.fps.value(), static_cast<long long>(frames),
              i.codec.c_str(), i.pixel_format.c_str(), i.matrix.c_str(), i.range.c_str());
}

TEST_P(RealFootageTest, MatchesFfmpeg) {
  const at::Tensor clip = first_frames(5);
  std::filesystem::create_directory(path("f"));
  const ClipInfo info = VideoReader::open(source()).info();
  const std::string matrix =
      info.matrix == "unknown" ? (info.height >= 720 ? "bt709" : "bt601") : "auto";
  ffmpeg("-i '" + source() + "' -frames:v 5 -vf scale=in_color_matrix=" + matrix +
         ":flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp,format=rgb24 f/%d.png");
  const at::Tensor theirs = read_clip(path("f"));
  // They site chroma between two samples, we where the standard does: small differences at colour
  // edges.
  EXPECT_GT(psnr(clip, theirs.slice(1, 0, clip.size(1)).slice(2, 0, clip.size(2))), 35);
}

TEST_P(RealFootageTest, Ffv1IsExact) {
  const at::Tensor clip = first_frames(10);
  write("a.mkv", clip, Codec::Ffv1, -1);
  EXPECT_TRUE(at::equal(read_clip(path("a.mkv")), clip));
}

TEST_P(RealFootageTest, H264AtCrf16) {
  const at::Tensor clip = first_frames(20);
  write("a.mp4", clip, Codec::H264, 16);
  const at::Tensor back = read_clip(path("a.mp4"));
  ASSERT_EQ(back.sizes(), clip.sizes());
  // Measured where the codec works, as ffmpeg's psnr filter does (average of all samples of Y, U
  // and V).
  ffmpeg("-i a.mp4 -f rawvideo -pix_fmt yuv420p a.yuv");
  const std::string planes = planes_of(clip), decoded = read_bytes(path("a.yuv"));
  ASSERT_EQ(planes.size(), decoded.size());
  const double yuv = psnr_of_bytes(planes, decoded);
  std::printf("%s: PSNR %.2f dB in 4:2:0; in RGB %.2f dB, of at most %.2f dB that 4:2:0 allows\n",
              GetParam(), yuv, psnr(back, clip), psnr(through_420(clip), clip));
  EXPECT_GT(yuv, 40);
  // Equal errors e in Y, U and V become sqrt(4.02) e in R, G and B (the rows of BT.709's inverse,
  // limited range): 6 dB.
  EXPECT_GT(psnr(back, clip), yuv - 6.1);
}

TEST_P(RealFootageTest, ResamplesAndResizes) {
  const VideoReader reader = VideoReader::open(source());
  ReadOptions options;
  options.fps = reader.info().fps.value() / 2;
  options.width = 128;
  options.height = 80;
  const at::Tensor half = read_clip(source(), options);
  EXPECT_EQ(half.sizes(), (std::vector<int64_t>{(reader.info().frames + 1) / 2, 80, 128, 3}));
  ReadOptions some;
  some.max_frames = 44;
  const at::Tensor whole = read_clip(source(), some);
  for (int64_t i = 0; i < 22; i += 7) {
    EXPECT_TRUE(at::equal(half[i], resize_cover(whole[2 * i], 128, 80))) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Clips, RealFootageTest,
                         testing::Values("bikes.mp4", "bigbuckbunny.mp4", "carphone_pristine.mp4",
                                         "carphone_distorted.mp4"),
                         [](const auto& info) {
                           const std::string name = info.param;
                           return name.substr(0, name.find('.'));
                         });

}  // namespace
}  // namespace flowreel
