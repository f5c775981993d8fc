#include "pipeline/train/folder/windows.h"

#include "codecs/resize.h"
#include "tests/pipeline/train/folder/clip_folder.h"

namespace flowreel {
namespace {

class Windows : public ::testing::Test {
 protected:
  Windows() {
    data_.frames = 5;
    data_.height = 16;
    data_.width = 24;
  }

  int64_t read(const std::string& name, size_t at_most = 100) {
    windows_.clear();
    return read_windows(folder_ / name, data_, [&](const at::Tensor& window) {
      windows_.push_back(window);
      return windows_.size() < at_most;
    });
  }

  ClipFolder folder_;
  DataOptions data_;
  std::vector<at::Tensor> windows_;
};

TEST_F(Windows, FollowOneAnotherAndTheRestIsLeftOut) {
  const at::Tensor clip = noise_clip(13, 16, 24);
  for (const char* name : {"a.mkv", "images"}) {
    folder_.put_clip(name, clip);
    EXPECT_EQ(read(name), 13);
    ASSERT_EQ(windows_.size(), 2u);
    EXPECT_TRUE(at::equal(windows_[0], clip.narrow(0, 0, 5)));
    EXPECT_TRUE(at::equal(windows_[1], clip.narrow(0, 5, 5)));
    EXPECT_EQ(read(name, 1), 5);  // what is not wanted is not decoded
  }
}

TEST_F(Windows, AreOfTheSizeAskedFor) {
  const at::Tensor clip = smooth_clip(5, 20, 60);
  folder_.put_clip("a.mkv", clip);
  read("a.mkv");
  ASSERT_EQ(windows_.size(), 1u);
  EXPECT_TRUE(at::equal(windows_[0][3], resize_cover(clip[3], 24, 16)));
}

TEST_F(Windows, AreOfTheRateAskedFor) {
  const at::Tensor clip = noise_clip(12, 16, 24);
  folder_.put_clip("a.mkv", clip, 24);
  data_.folder.fps = 12;
  EXPECT_EQ(read("a.mkv"), 6);
  ASSERT_EQ(windows_.size(), 1u);
  EXPECT_TRUE(at::equal(windows_[0][2], clip[4]));
}

TEST_F(Windows, AnIdentityIsThatOfThePixels) {
  const at::Tensor window = noise_clip(5, 4, 6);
  at::Tensor other = window.clone();
  other[4][3][5][2] += 1;
  EXPECT_EQ(identity_of(window), identity_of(window.clone()));
  EXPECT_NE(identity_of(window), identity_of(other));
  EXPECT_NE(identity_of(window), identity_of(window.reshape({5, 6, 4, 3})));
}

}  // namespace
}  // namespace flowreel
