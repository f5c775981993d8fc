#include "codecs/opencv_colours.h"

#include "codecs/reader.h"
#include "tests/codecs/media.h"

namespace flowreel {
namespace {

class OpenCvColours : public MediaTest {
 protected:
  at::Tensor read(const std::string& name, bool like_opencv) const {
    ReadOptions options;
    options.opencv_colours = like_opencv;
    return read_clip(path(name), options);
  }
  // A flat clip of one colour, written with these tags.
  void write(const std::string& name, const std::string& colour, const std::string& tags) const {
    ffmpeg("-f lavfi -i color=c=" + colour + ":size=64x48:rate=24 -frames:v 2 -vf " + tags +
           " -c:v libx264 -qp 0 -pix_fmt yuv420p " + name);
  }
};

double mean_difference(const at::Tensor& a, const at::Tensor& b) {
  return (a.to(at::kDouble) - b.to(at::kDouble)).abs().mean().item<double>();
}

// A clip in BT.709 is read as if it were BT.601, which is what OpenCV does and what is wrong.
TEST_F(OpenCvColours, TagsAreNotLookedAt) {
  write("a.mp4", "0xC03020", "scale=out_color_matrix=bt709,setparams=colorspace=bt709");
  const at::Tensor tagged = read("a.mp4", false), like_opencv = read("a.mp4", true);
  EXPECT_LT(mean_difference(tagged[0], at::tensor({0xC0, 0x30, 0x20}, at::kInt)), 2);
  // BT.709's YCbCr of that colour, taken for BT.601's.
  const at::Tensor seen = tagged[0][24][32].to(at::kDouble);
  const double r = seen[0].item<double>(), g = seen[1].item<double>(), b = seen[2].item<double>();
  const double y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  const double cb = (b - y) / 1.8556, cr = (r - y) / 1.5748;
  const double expected[] = {y + 1.402 * cr, y - 0.344136 * cb - 0.714136 * cr, y + 1.772 * cb};
  for (int c = 0; c < 3; ++c)
    EXPECT_NEAR(like_opencv[0][24][32][c].item<double>(), expected[c], 2) << c;
  EXPECT_GT(mean_difference(tagged, like_opencv), 3);
}

// Where there are no tags and BT.601 is right, both agree but for roundings.
TEST_F(OpenCvColours, AgreesWhereBt601IsRight) {
  ffmpeg(
      "-f lavfi -i testsrc2=size=64x48:rate=24 -frames:v 3 -c:v libx264 -qp 0 -pix_fmt yuv444p "
      "b.mp4");
  EXPECT_LT(mean_difference(read("b.mp4", false), read("b.mp4", true)), 1);
}

// Widths that are no multiple of a vector: rows do not run into each other.
TEST_F(OpenCvColours, OddWidths) {
  for (const char* size : {"66x34", "98x50"}) {
    ffmpeg(std::string("-f lavfi -i testsrc2=size=") + size +
           ":rate=24 -frames:v 2 -c:v libx264 -qp 0 -pix_fmt yuv444p c.mp4");
    EXPECT_LT(mean_difference(read("c.mp4", false), read("c.mp4", true)), 1) << size;
  }
}

TEST_F(OpenCvColours, FoldersOfImagesStayAsTheyAre) {
  ffmpeg("-f lavfi -i testsrc2=size=64x48:rate=24 -frames:v 2 %d.png");
  EXPECT_TRUE(read("", true).equal(read("", false)));
}

}  // namespace
}  // namespace flowreel
