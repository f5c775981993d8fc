#include "codecs/writer.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "codecs/demux.h"
#include "codecs/encoder.h"
#include "codecs/reader.h"
#include "tests/codecs/media.h"

namespace flowreel {
namespace {

namespace fs = std::filesystem;

WriterOptions options_for(const at::Tensor& clip, Codec codec) {
  WriterOptions options;
  options.codec = codec;
  options.width = static_cast<int>(clip.size(2));
  options.height = static_cast<int>(clip.size(1));
  return options;
}

void write_clip(const std::string& path, const at::Tensor& clip, const WriterOptions& options) {
  VideoWriter writer(path, options);
  for (int64_t i = 0; i < clip.size(0); ++i) writer.write(clip[i]);
  writer.finish();
}

struct LossyCase {
  Codec codec;
  const char* file;
  double crf;
  double min_psnr;
};

std::ostream& operator<<(std::ostream& out, const LossyCase& c) { return out << c.file; }

class WriterTest : public MediaTest {};
class LossyWriterTest : public MediaTest, public testing::WithParamInterface<LossyCase> {};

TEST_P(LossyWriterTest, KeepsFramesRateAndColour) {
  const at::Tensor clip = smooth_clip(13, 96, 128);
  WriterOptions options = options_for(clip, GetParam().codec);
  options.crf = GetParam().crf;
  options.fps = {30000, 1001};
  options.metadata = {{"comment", "{\"seed\": 7}"},
                      {"flowreel", "a \"manifest\"; ünïcode = 1\nsecond line"}};
  write_clip(path(GetParam().file), clip, options);

  VideoReader reader = VideoReader::open(path(GetParam().file));
  const ClipInfo& info = reader.info();
  EXPECT_EQ(info.width, 128);
  EXPECT_EQ(info.height, 96);
  EXPECT_NEAR(info.fps.value(), 30000.0 / 1001, 2e-3);
  EXPECT_EQ(info.codec,
            codec_name(GetParam().codec) == "h265" ? "hevc" : codec_name(GetParam().codec));
  EXPECT_EQ(info.pixel_format, "yuv420p");
  EXPECT_EQ(info.matrix, "bt709");
  EXPECT_EQ(info.primaries, "bt709");
  EXPECT_EQ(info.transfer, "bt709");
  EXPECT_EQ(info.range, "tv");
  const at::Tensor back = read_clip(path(GetParam().file));
  ASSERT_EQ(back.sizes(), clip.sizes());
  EXPECT_GT(psnr(back, clip), GetParam().min_psnr);
  const auto tags = read_clip_metadata(path(GetParam().file));
  EXPECT_EQ(tags.at("comment"), options.metadata["comment"]);
  EXPECT_EQ(tags.at("flowreel"), options.metadata["flowreel"]);
}

TEST_P(LossyWriterTest, SameFramesGiveSameBytes) {
  const at::Tensor clip = smooth_clip(9, 96, 128);
  WriterOptions options = options_for(clip, GetParam().codec);
  options.metadata = {{"comment", "x"}};
  write_clip(path("a_" + std::string(GetParam().file)), clip, options);
  write_clip(path("b_" + std::string(GetParam().file)), clip, options);
  const std::string bytes = read_bytes(path("a_" + std::string(GetParam().file)));
  EXPECT_GT(bytes.size(), 500u);
  EXPECT_EQ(bytes, read_bytes(path("b_" + std::string(GetParam().file))));
  EXPECT_EQ(bytes.find("Lavf5"), std::string::npos);  // no version of the muxer
}

INSTANTIATE_TEST_SUITE_P(Codecs, LossyWriterTest,
                         testing::Values(LossyCase{Codec::H264, "h264.mp4", 16, 40},
                                         LossyCase{Codec::H264, "h264.mov", 16, 40},
                                         LossyCase{Codec::H264, "h264.mkv", 16, 40},
                                         LossyCase{Codec::H265, "h265.mp4", 16, 40},
                                         LossyCase{Codec::H265, "h265.mkv", 16, 40},
                                         LossyCase{Codec::Av1, "av1.mp4", 20, 38},
                                         LossyCase{Codec::Av1, "av1.webm", 20, 38}),
                         [](const auto& info) {
                           std::string name = info.param.file;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

TEST_F(WriterTest, Ffv1IsExactAndStable) {
  const at::Tensor clip = noise_clip(5, 47, 63);
  const WriterOptions options = options_for(clip, Codec::Ffv1);
  write_clip(path("a.mkv"), clip, options);
  write_clip(path("b.mkv"), clip, options);
  EXPECT_TRUE(at::equal(read_clip(path("a.mkv")), clip));
  EXPECT_EQ(read_bytes(path("a.mkv")), read_bytes(path("b.mkv")));
}

TEST_F(WriterTest, PngFolderIsExact) {
  const at::Tensor clip = noise_clip(11, 9, 7);
  write_clip(path("frames"), clip, options_for(clip, Codec::Png));
  EXPECT_TRUE(fs::exists(path("frames/frame_00000.png")));
  EXPECT_TRUE(fs::exists(path("frames/frame_00010.png")));
  EXPECT_TRUE(at::equal(read_clip(path("frames")), clip));
  EXPECT_EQ(listing(), std::vector<std::string>{"frames"});
}

TEST_F(WriterTest, FfprobeSeesWhatWasAskedFor) {
  const at::Tensor clip = smooth_clip(17, 64, 96);
  WriterOptions options = options_for(clip, Codec::H264);
  options.metadata = {{"flowreel", "{\"a\":1}"}};
  write_clip(path("c.mp4"), clip, options);
  const std::string text = output_of(
      "ffprobe -v error -count_frames -show_entries "
      "format_tags:stream=codec_name,pix_fmt,color_space,color_transfer,"
      "color_primaries,color_range,r_frame_rate,avg_frame_rate,nb_frames,nb_read_frames,duration,"
      "chroma_location c.mp4");
  for (const char* line :
       {"codec_name=h264", "pix_fmt=yuv420p", "color_space=bt709", "color_transfer=bt709",
        "color_primaries=bt709", "color_range=tv", "r_frame_rate=24/1", "avg_frame_rate=24/1",
        "nb_frames=17", "nb_read_frames=17", "duration=0.708333", "chroma_location=left",
        "TAG:flowreel={\"a\":1}"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << " not in:\n" << text;
  }
  EXPECT_EQ(text.find("creation_time"), std::string::npos);
}

TEST_F(WriterTest, IndexComesBeforeTheData) {
  const at::Tensor clip = smooth_clip(30, 64, 96);
  write_clip(path("c.mp4"), clip, options_for(clip, Codec::H264));
  const std::string bytes = read_bytes(path("c.mp4"));
  std::vector<std::string> boxes;
  for (size_t at = 0; at + 8 <= bytes.size();) {
    size_t size = 0;
    for (size_t i = 0; i < 4; ++i) size = size << 8 | static_cast<unsigned char>(bytes[at + i]);
    boxes.push_back(bytes.substr(at + 4, 4));
    ASSERT_GE(size, 8u);
    at += size;
  }
  const auto moov = std::find(boxes.begin(), boxes.end(), "moov");
  const auto mdat = std::find(boxes.begin(), boxes.end(), "mdat");
  ASSERT_NE(moov, boxes.end());
  ASSERT_NE(mdat, boxes.end());
  EXPECT_LT(moov - boxes.begin(), mdat - boxes.begin());
}

TEST_F(WriterTest, LargeManifestComesBackWhole) {
  const at::Tensor clip = smooth_clip(2, 64, 64);
  std::string manifest;
  for (int i = 0; i < 20000; ++i) manifest += "\"key" + std::to_string(i) + "\": 1, ";
  for (const char* name : {"c.mp4", "c.mkv"}) {
    WriterOptions options = options_for(clip, Codec::H264);
    options.metadata = {{"flowreel", manifest}};
    write_clip(path(name), clip, options);
    EXPECT_EQ(read_clip_metadata(path(name)).at("flowreel"), manifest) << name;
  }
}

TEST_F(WriterTest, BitrateTakesThePlaceOfCrf) {
  const at::Tensor clip = noise_clip(24, 128, 128);
  WriterOptions options = options_for(clip, Codec::H264);
  options.bitrate = 200'000;
  write_clip(path("low.mp4"), clip, options);
  options.bitrate = 2'000'000;
  write_clip(path("high.mp4"), clip, options);
  EXPECT_LT(3 * fs::file_size(path("low.mp4")), fs::file_size(path("high.mp4")));
}

TEST_F(WriterTest, RefusesWhatDoesNotFit) {
  const WriterOptions good = options_for(smooth_clip(1, 64, 64), Codec::H264);
  const auto code = [&](const char* name, auto change) {
    WriterOptions options = good;
    change(options);
    std::string text;
    const int result = error_code([&] { VideoWriter writer(path(name), options); }, &text);
    EXPECT_EQ(listing(), std::vector<std::string>{}) << name << ": " << text;
    return result;
  };
  EXPECT_EQ(code("a.mp4", [](WriterOptions& o) { o.width = 63; }), 64);
  EXPECT_EQ(code("a.mp4", [](WriterOptions& o) { o.height = 0; }), 64);
  EXPECT_EQ(code("a.mp4", [](WriterOptions& o) { o.fps = {0, 1}; }), 64);
  EXPECT_EQ(code("a.mp4", [](WriterOptions& o) { o.crf = 52; }), 64);
  EXPECT_EQ(code("a.mp4", [](WriterOptions& o) { o.crf = 20, o.bitrate = 1000; }), 64);
  EXPECT_EQ(code("a.mp4", [](WriterOptions& o) { o.preset = "no-such-preset"; }), 64);
  EXPECT_EQ(code("a.mp4", [](WriterOptions& o) { o.codec = Codec::Ffv1; }), 64);
  EXPECT_EQ(code("a.webm", [](WriterOptions&) {}), 64);
  EXPECT_EQ(code("a.avi", [](WriterOptions&) {}), 64);
  EXPECT_EQ(code("a", [](WriterOptions&) {}), 64);
  EXPECT_EQ(code("a.mp4", [](WriterOptions& o) { o.codec = Codec::Png; }), 64);
  EXPECT_EQ(code("a.mkv", [](WriterOptions& o) { o.codec = Codec::Ffv1, o.crf = 10; }), 64);
  EXPECT_EQ(code("a.mkv", [](WriterOptions& o) { o.codec = Codec::Av1, o.crf = 0; }), 64);
  EXPECT_EQ(code("a.mkv", [](WriterOptions& o) { o.codec = Codec::Av1, o.crf = 30.5; }), 64);
  EXPECT_EQ(code("a.mp4", [](WriterOptions& o) { o.crf = NAN; }), 64);
  EXPECT_EQ(code("absent/a.mp4", [](WriterOptions&) {}), 73);
  EXPECT_EQ(error_code([&] { VideoWriter writer("http://host/a.mp4", good); }), 77);
  EXPECT_EQ(error_code([] { parse_codec("H264"); }), 64);
  EXPECT_EQ(error_code([] { require_encoder("libnothing"); }), 69);
}

TEST_F(WriterTest, RefusesOtherFrames) {
  VideoWriter writer(path("a.mp4"), options_for(smooth_clip(1, 64, 64), Codec::H264));
  EXPECT_EQ(error_code([&] { writer.write(flat(64, 62, 0, 0, 0)); }), 64);
  EXPECT_EQ(error_code([&] { writer.write(flat(64, 64, 0, 0, 0).to(at::kFloat)); }), 64);
  EXPECT_EQ(error_code([&] { writer.write(at::Tensor()); }), 64);
  EXPECT_EQ(error_code([&] { writer.finish(); }), 64);  // no frame
}

TEST_F(WriterTest, ExistingOutputStays) {
  const at::Tensor clip = smooth_clip(2, 64, 64);
  WriterOptions options = options_for(clip, Codec::H264);
  write_bytes(path("a.mp4"), "mine");
  EXPECT_EQ(error_code([&] { VideoWriter writer(path("a.mp4"), options); }), 73);
  EXPECT_EQ(read_bytes(path("a.mp4")), "mine");
  options.overwrite = true;
  write_clip(path("a.mp4"), clip, options);
  EXPECT_EQ(read_clip(path("a.mp4")).size(0), 2);
}

TEST_F(WriterTest, NameTakenMeanwhileStays) {
  const at::Tensor clip = smooth_clip(2, 64, 64);
  VideoWriter writer(path("a.mp4"), options_for(clip, Codec::H264));
  writer.write(clip[0]);
  write_bytes(path("a.mp4"), "mine");
  EXPECT_EQ(error_code([&] { writer.finish(); }), 73);
  EXPECT_EQ(read_bytes(path("a.mp4")), "mine");
  EXPECT_EQ(listing(), std::vector<std::string>{"a.mp4"});
}

TEST_F(WriterTest, FolderWithOtherThingsStays) {
  const at::Tensor clip = noise_clip(2, 8, 8);
  WriterOptions options = options_for(clip, Codec::Png);
  options.overwrite = true;
  write_clip(path("frames"), noise_clip(4, 8, 8), options);
  write_clip(path("frames"), clip, options);
  EXPECT_EQ(read_clip(path("frames")).size(0), 2);
  write_bytes(path("frames/thesis.txt"), "mine");
  EXPECT_EQ(error_code([&] { VideoWriter writer(path("frames"), options); }), 73);
  EXPECT_EQ(read_bytes(path("frames/thesis.txt")), "mine");
}

TEST_F(WriterTest, UnfinishedLeavesNothing) {
  const at::Tensor clip = smooth_clip(3, 64, 64);
  for (const auto& [name, codec] :
       {std::pair("a.mp4", Codec::H264), std::pair("frames", Codec::Png)}) {
    VideoWriter writer(path(name), options_for(clip, codec));
    writer.write(clip[0]);
    EXPECT_EQ(listing().size(), 1u);
    EXPECT_FALSE(fs::exists(path(name)));
  }
  EXPECT_TRUE(listing().empty());
}

TEST_F(WriterTest, KilledRunLeavesNoFinalFile) {
  const at::Tensor clip = smooth_clip(2, 64, 64);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    VideoWriter writer(path("a.mkv"), options_for(clip, Codec::Ffv1));
    writer.write(clip[0]);
    std::raise(SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_FALSE(fs::exists(path("a.mkv")));
}

// A limit on the size of files stands in for a full disk: the write fails half way with an errno.
TEST_F(WriterTest, FailedWriteIsAnErrorAndLeavesNothing) {
  const at::Tensor clip = noise_clip(40, 64, 64);
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  rlimit small = before;
  small.rlim_cur = 100'000;
  setrlimit(RLIMIT_FSIZE, &small);
  std::string clip_text, folder_text;
  const int clip_code = error_code(
      [&] { write_clip(path("a.mkv"), clip, options_for(clip, Codec::Ffv1)); }, &clip_text);
  small.rlim_cur = 5'000;
  setrlimit(RLIMIT_FSIZE, &small);
  const int folder_code = error_code(
      [&] { write_clip(path("frames"), clip, options_for(clip, Codec::Png)); }, &folder_text);
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_EQ(clip_code, 74) << clip_text;
  EXPECT_NE(clip_text.find("File too large"), std::string::npos) << clip_text;
  EXPECT_EQ(folder_code, 74) << folder_text;
  EXPECT_TRUE(listing().empty());
}

}  // namespace
}  // namespace flowreel
