// Files that are cut, forged or not clips at all: one clear error each, and never half a picture.
#include <sys/stat.h>

#include "codecs/demux.h"
#include "codecs/image.h"
#include "codecs/reader.h"
#include "codecs/writer.h"
#include "tests/codecs/media.h"

namespace flowreel {
namespace {

class BadMediaTest : public MediaTest {
 protected:
  void write_clip(const std::string& name, const at::Tensor& clip, Codec codec) const {
    WriterOptions options;
    options.codec = codec;
    options.width = static_cast<int>(clip.size(2));
    options.height = static_cast<int>(clip.size(1));
    VideoWriter writer(path(name), options);
    for (int64_t i = 0; i < clip.size(0); ++i) writer.write(clip[i]);
    writer.finish();
  }

  int code(const std::string& name, std::string* text = nullptr,
           const ReadOptions& options = {}) const {
    return error_code([&] { read_clip(name, options); }, text);
  }
};

TEST_F(BadMediaTest, PlaylistsAreNotAllowed) {
  write_clip("inner.mp4", smooth_clip(3, 64, 64), Codec::H264);
  // Whoever follows the reference opens a pipe without a writer, and hangs.
  mkfifo(path("trap.ts").c_str(), 0600);
  const std::pair<const char*, std::string> files[] = {
      {"hls.mp4", "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n" +
                      path("trap.ts") + "\n#EXT-X-ENDLIST\n"},
      {"self.mp4", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nself.mp4\n"},
      {"concat.mp4", "ffconcat version 1.0\nfile '" + path("trap.ts") + "'\n"},
      {"dash.mp4",
       "<?xml version=\"1.0\"?>\n<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" "
       "type=\"static\"></MPD>\n"},
      {"sdp.mp4",
       "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n"}};
  // Not every FFmpeg knows DASH; it is refused in any case.
  for (const auto& [name, bytes] : files) {
    write_bytes(path(name), bytes);
    std::string text;
    EXPECT_EQ(code(path(name), &text), 65) << name;
    EXPECT_NE(text.find(std::string(name) == "dash.mp4" ? "expected MP4" : "is not allowed"),
              std::string::npos)
        << text;
    EXPECT_EQ(error_code([&] { read_clip_metadata(path(name)); }), 65) << name;
  }
}

TEST_F(BadMediaTest, UrlsAreNotPaths) {
  for (const char* name :
       {"http://host/a.mp4", "https://host/a.mp4", "file:///etc/passwd", "file:a.mp4",
        "concat:a.mp4|b.mp4", "subfile,,start,0,end,9,,:a.mp4", "data:video/mp4;base64,AAAA",
        "pipe:0", "async:a.mp4", "cache:a.mp4", "C:\\a.mp4", "", "a\nb.mp4"}) {
    EXPECT_EQ(code(name), 77) << name;
    EXPECT_EQ(error_code([&] { read_clip_metadata(name); }), 77) << name;
  }
}

TEST_F(BadMediaTest, ThingsThatAreNotFiles) {
  mkfifo(path("fifo.mp4").c_str(), 0600);
  EXPECT_EQ(code(path("fifo.mp4")), 77);
  EXPECT_EQ(code("/dev/zero"), 77);
  EXPECT_EQ(code(path("absent.mp4")), 66);
  EXPECT_EQ(code(path("%03d.png")), 66);
  EXPECT_EQ(code("~/clip.mp4"), 66);
  EXPECT_EQ(code("/proc/self/environ"), 65);
  std::filesystem::create_directory(path("empty"));
  std::string text;
  EXPECT_EQ(code(path("empty"), &text), 65);
  EXPECT_NE(text.find("no frames"), std::string::npos) << text;
  write_bytes(path("zero.mp4"), "");
  EXPECT_EQ(code(path("zero.mp4")), 65);
  write_bytes(path("text.mp4"), "hello, world\n");
  EXPECT_EQ(code(path("text.mp4")), 65);
  write_png(path("still.mp4"), flat(8, 8, 1, 2, 3));
  EXPECT_EQ(code(path("still.mp4")), 65);
  EXPECT_EQ(error_code([&] { read_clip_metadata(folder_); }), 77);
}

TEST_F(BadMediaTest, SoundAlone) {
  ffmpeg("-f lavfi -i sine=d=0.5 -c:a aac a.mp4");
  std::string text;
  EXPECT_EQ(code(path("a.mp4"), &text), 65);
  EXPECT_NE(text.find("no video"), std::string::npos) << text;
  write_clip("v.mp4", smooth_clip(5, 64, 64), Codec::H264);
  ffmpeg("-i v.mp4 -f lavfi -t 0.3 -i sine -c:v copy -c:a aac both.mp4");
  EXPECT_TRUE(at::equal(read_clip(path("both.mp4")), read_clip(path("v.mp4"))));
}

struct CutCase {
  const char* name;
  const char* make;  // arguments for ffmpeg that turn a.mkv into it
};

std::ostream& operator<<(std::ostream& out, const CutCase& c) { return out << c.name; }

class CutTest : public BadMediaTest, public testing::WithParamInterface<CutCase> {};

// Wherever it is cut, a clip is an error, or all of its frames had come already.
TEST_P(CutTest, FailsOrIsWhole) {
  write_clip("a.mkv", smooth_clip(12, 64, 96), Codec::Ffv1);
  ffmpeg(std::string("-i a.mkv ") + GetParam().make + " " + GetParam().name);
  const at::Tensor whole = read_clip(path(GetParam().name));
  EXPECT_EQ(whole.size(0), 12);
  const std::string bytes = read_bytes(path(GetParam().name));
  const std::string cut = path(std::string("cut_") + GetParam().name);
  int errors = 0;
  for (size_t percent = 1; percent < 100; percent += 2) {
    write_bytes(cut, bytes.substr(0, bytes.size() * percent / 100));
    at::Tensor clip;
    const int result = error_code([&] { clip = read_clip(cut); });
    if (result != 0) {
      EXPECT_EQ(result, 65) << percent << " %";
      ++errors;
    } else {
      ASSERT_EQ(clip.size(0), whole.size(0)) << percent << " %";
      EXPECT_TRUE(at::equal(clip, whole)) << percent << " %";
    }
  }
  EXPECT_GE(errors, 45);
}

INSTANTIATE_TEST_SUITE_P(
    Containers, CutTest,
    testing::Values(CutCase{"late.mp4", "-c:v libx264"},
                    CutCase{"fast.mp4", "-c:v libx264 -movflags faststart"},
                    CutCase{"fragments.mp4",
                            "-c:v libx264 -g 4 -movflags frag_keyframe+empty_moov"},
                    CutCase{"mpeg4.mov", "-c:v mpeg4 -movflags faststart"},
                    CutCase{"h264.mkv", "-c:v libx264"}, CutCase{"vp8.webm", "-c:v libvpx"},
                    CutCase{"vp9.webm", "-c:v libvpx-vp9 -cpu-used 8"},
                    CutCase{"ffv1.mkv", "-c copy"}, CutCase{"a.gif", "-r 24"}),
    [](const auto& info) {
      std::string name = info.param.name;
      std::replace(name.begin(), name.end(), '.', '_');
      return name;
    });

TEST_F(BadMediaTest, CutFrameInAFolder) {
  write_clip("f", noise_clip(3, 16, 16), Codec::Png);
  const std::string bytes = read_bytes(path("f/frame_00001.png"));
  write_bytes(path("f/frame_00001.png"), bytes.substr(0, bytes.size() / 2));
  std::string text;
  EXPECT_EQ(code(path("f"), &text), 65);
  EXPECT_NE(text.find("frame_00001.png"), std::string::npos) << text;
}

TEST_F(BadMediaTest, SizeThatChanges) {
  write_clip("a.mkv", smooth_clip(4, 64, 64), Codec::Ffv1);
  ffmpeg("-i a.mkv -c:v libx264 -bf 0 -f h264 one.h264");
  ffmpeg("-i a.mkv -c:v libx264 -bf 0 -s 128x96 -f h264 two.h264");
  write_bytes(path("both.h264"), read_bytes(path("one.h264")) + read_bytes(path("two.h264")));
  ffmpeg("-f h264 -i both.h264 -c copy both.mp4");
  std::string text;
  EXPECT_EQ(code(path("both.mp4"), &text), 65);
  EXPECT_NE(text.find("changes its size from 64x64 to 128x96"), std::string::npos) << text;
}

TEST_F(BadMediaTest, LimitsHold) {
  write_clip("a.mp4", smooth_clip(6, 64, 64), Codec::H264);
  ReadOptions options;
  options.limits.max_pixels = 64 * 63;
  std::string text;
  EXPECT_EQ(code(path("a.mp4"), &text, options), 65);
  EXPECT_NE(text.find("64x64"), std::string::npos) << text;
  options = {};
  options.limits.seconds_per_call = 1e-9;
  EXPECT_EQ(code(path("a.mp4"), &text, options), 65);
  EXPECT_NE(text.find("longer"), std::string::npos) << text;
  options = {};
  options.limits.max_duration = 0.1;
  options.fps = 24;
  EXPECT_EQ(code(path("a.mp4"), &text, options), 65);
  std::string many;
  for (int i = 0; i < 70; ++i) many += " -map 0:v";
  ffmpeg("-i a.mp4" + many + " -c copy many.mp4");
  EXPECT_EQ(code(path("many.mp4"), &text), 65);
}

// A sample table that promises two thousand million frames must not cost their memory.
TEST_F(BadMediaTest, ForgedSampleTable) {
  write_clip("a.mp4", smooth_clip(4, 64, 64), Codec::H264);
  for (const char* table : {"stsz", "stts", "stco", "stsc", "ctts"}) {
    std::string bytes = read_bytes(path("a.mp4"));
    const size_t found = bytes.find(table);
    if (found == std::string::npos) continue;
    const size_t count = found + (std::string(table) == "stsz" ? 12 : 8);
    bytes.replace(count, 4, "\x7f\xff\xff\xf0");
    write_bytes(path("b.mp4"), bytes);
    const int result = code(path("b.mp4"));
    EXPECT_TRUE(result == 65 || result == 33 || result == 0) << table << " " << result;
    const int64_t frames = result == 0 ? read_clip(path("b.mp4")).size(0) : 4;
    EXPECT_EQ(frames, 4) << table;
  }
}

// Damaged bytes anywhere: an error or frames of the right size, no crash and no hang.
TEST_F(BadMediaTest, FlippedBytes) {
  write_clip("a.mp4", smooth_clip(4, 64, 64), Codec::H264);
  write_clip("a.mkv", smooth_clip(3, 32, 32), Codec::Ffv1);
  ffmpeg("-i a.mkv a.gif");
  ffmpeg("-i a.mkv -frames:v 1 -update 1 a.jpg");
  write_png(path("a.png"), smooth_clip(1, 32, 32)[0]);
  uint32_t state = 1;
  const auto random = [&] { return (state = state * 1664525 + 1013904223) >> 8; };
  for (const char* name : {"a.mp4", "a.mkv", "a.gif", "a.jpg", "a.png"}) {
    const bool still = std::string(name) == "a.jpg" || std::string(name) == "a.png";
    const std::string whole = read_bytes(path(name));
    for (int i = 0; i < 120; ++i) {
      std::string bytes = whole;
      for (uint32_t flips = 1 + random() % 4; flips > 0; --flips) {
        // Half of the damage goes to the headers.
        const size_t at =
            random() % (random() % 2 ? std::min<size_t>(bytes.size(), 400) : bytes.size());
        bytes[at] = static_cast<char>(random());
      }
      write_bytes(path("bad"), bytes);
      const int result =
          error_code([&] { still ? read_image(path("bad")) : read_clip(path("bad")); });
      EXPECT_TRUE(result == 0 || result == 65 || result == 33) << name << " " << result;
    }
  }
}

}  // namespace
}  // namespace flowreel
