#include "codecs/coding.h"

#include "codecs/reader.h"
#include "tests/codecs/media.h"

namespace flowreel {
namespace {

class CodingTest : public MediaTest {
 protected:
  // 48 frames of a moving test picture through x264.
  Coding x264(const std::string& parameters) const {
    ffmpeg(
        "-f lavfi -i testsrc2=size=64x48:rate=24 -frames:v 48 -c:v libx264 -pix_fmt yuv420p "
        "-x264-params " +
        parameters + " clip.mp4");
    return read_coding(path("clip.mp4"));
  }
};

TEST_F(CodingTest, FindsTheDistanceThatBFramesLeave) {
  EXPECT_EQ(x264("bframes=3:b-adapt=0:scenecut=0:keyint=250").mini_gop, 4);
  EXPECT_EQ(x264("bframes=1:b-adapt=0:scenecut=0:keyint=250").mini_gop, 2);
  EXPECT_EQ(x264("bframes=0:keyint=250").mini_gop, 0);
}

TEST_F(CodingTest, NamesTheKeyFrames) {
  const Coding coding = x264("bframes=0:keyint=12:min-keyint=12:scenecut=0");
  EXPECT_EQ(coding.key_frames, (std::vector<int64_t>{0, 12, 24, 36}));
  EXPECT_FALSE(coding.lossless);
  EXPECT_FALSE(coding.variable_rate);
  EXPECT_EQ(coding.frames, 48);
  EXPECT_NEAR(coding.average_fps, 24, 1e-6);
}

// What an edit list cuts off is decoded and never shown: it has no number.
TEST_F(CodingTest, NumbersTheFramesThatAreShown) {
  x264("bframes=0:keyint=12:min-keyint=12:scenecut=0");
  ffmpeg("-ss 0.21 -i clip.mp4 -c copy cut.mp4");
  const Coding coding = read_coding(path("cut.mp4"));
  const int64_t shown = read_clip(path("cut.mp4")).size(0);
  EXPECT_EQ(coding.frames, shown);
  ASSERT_FALSE(coding.key_frames.empty());
  EXPECT_EQ(coding.key_frames.front(), 12 - (48 - shown));  // the first one was cut off
}

TEST_F(CodingTest, KnowsALosslessCodec) {
  ffmpeg(
      "-f lavfi -i testsrc2=size=64x48:rate=24 -frames:v 5 -c:v ffv1 -g 1 -pix_fmt bgr0 clip.mkv");
  const Coding coding = read_coding(path("clip.mkv"));
  EXPECT_TRUE(coding.lossless);
  EXPECT_EQ(coding.key_frames.size(), 5u);
  EXPECT_EQ(coding.mini_gop, 0);
}

TEST_F(CodingTest, SeesFramesOfUnequalLength) {
  ffmpeg(
      "-f lavfi -i testsrc2=size=64x48:rate=24 -vf \"select='not(eq(mod(n,5),2))'\" -vsync vfr "
      "-frames:v 20 -c:v libx264 -pix_fmt yuv420p clip.mp4");
  const Coding coding = read_coding(path("clip.mp4"));
  EXPECT_TRUE(coding.variable_rate);
  EXPECT_NEAR(coding.average_fps, 24 * 0.8, 0.5);  // four of five
}

TEST_F(CodingTest, AFolderOfImagesHasNone) {
  ffmpeg("-f lavfi -i testsrc2=size=64x48:rate=24 -frames:v 3 %d.png");
  const Coding coding = read_coding(folder_);
  EXPECT_TRUE(coding.key_frames.empty());
  EXPECT_FALSE(coding.variable_rate);
}

TEST_F(CodingTest, RefusesWhatTheReaderRefuses) {
  EXPECT_THROW(read_coding(path("nothing.mp4")), MissingInputError);
  std::ofstream(path("text.mp4")) << "no clip";
  EXPECT_THROW(read_coding(path("text.mp4")), DataError);
}

}  // namespace
}  // namespace flowreel
