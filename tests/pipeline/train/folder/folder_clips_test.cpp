#include "pipeline/train/folder/folder_clips.h"

#include <set>

#include "pipeline/train/clip_latents.h"
#include "tests/pipeline/train/folder/clip_folder.h"

namespace flowreel {
namespace {

class FolderClips : public ::testing::Test {
 protected:
  FolderClips() {
    data_.kind = DataKind::kFolder;
    data_.frames = 5;
    data_.height = data_.width = 16;
    data_.folder.path = folder_.path();
    events_.notice = [this](const std::string& text) { notices_ += text + "\n"; };
  }

  // Clips of 5, 9, 13, … frames of noise.
  void put_clips(int count) {
    std::string lines;
    for (int i = 0; i < count; ++i) {
      const std::string name = std::to_string(i) + ".mkv";
      folder_.put_clip(name, noise_clip(5 + 4 * i, 16, 16) + i);
      lines += line(name, "caption " + std::to_string(i));
    }
    folder_.put_captions(lines);
  }

  ClipSets open() { return folder_clips(data_, at::kCPU, tokenizer_, events_); }

  void refused(int code, const std::vector<std::string>& parts) {
    expect_refused(code, parts, [&] { open(); });
  }

  ClipFolder folder_;
  DataOptions data_;
  CaptionTokenizer tokenizer_;
  TrainingEvents events_;
  std::string notices_;
};

TEST_F(FolderClips, EveryWindowIsInOneOfTheSetsWithItsCaption) {
  put_clips(4);  // 5, 9, 13 and 17 frames: 1 + 1 + 2 + 3 windows
  const ClipSets sets = open();
  std::multiset<std::string> captions;
  std::set<std::string> training, validation;
  for (int64_t i = 0; i < sets.training->count(); ++i) {
    captions.insert(sets.training->caption(i));
    training.insert(sets.training->caption(i));
  }
  for (int64_t i = 0; i < sets.validation->count(); ++i) {
    captions.insert(sets.validation->caption(i));
    validation.insert(sets.validation->caption(i));
  }
  EXPECT_EQ(captions,
            (std::multiset<std::string>{"caption 0", "caption 1", "caption 2", "caption 2",
                                        "caption 3", "caption 3", "caption 3"}));
  EXPECT_EQ(training.size() + validation.size(), 4u);  // no clip is on both sides
  EXPECT_NE(notices_.find("4 clips, "), std::string::npos) << notices_;
}

TEST_F(FolderClips, PixelsAreThoseOfTheClipHeldOrDecodedAgain) {
  put_clips(3);
  const ClipSets held = open();
  data_.folder.memory_gib = 0;
  const ClipSets decoded = open();
  ASSERT_EQ(held.training->count(), decoded.training->count());
  for (int64_t i = 0; i < held.training->count(); ++i) {
    const at::Tensor pixels = held.training->clips({i});
    EXPECT_EQ(pixels.sizes(), (std::vector<int64_t>{1, 3, 5, 16, 16}));
    EXPECT_TRUE(at::equal(pixels, decoded.training->clips({i})));
    EXPECT_EQ(held.training->identity(i), decoded.training->identity(i));
  }
  const int number = held.validation->caption(0).back() - '0';
  const at::Tensor frame = (noise_clip(5 + 4 * number, 16, 16) + number)[3].to(at::kFloat);
  const at::Tensor shown = held.validation->clips({0})[0].select(1, 3);
  EXPECT_TRUE(at::allclose(shown, frame.permute({2, 0, 1}) / 127.5 - 1, 0, 1e-6));
}

TEST_F(FolderClips, AClipThatChangesDuringTheRunIsNoticed) {
  data_.folder.memory_gib = 0;
  put_clips(2);
  const ClipSets sets = open();
  for (const char* name : {"0.mkv", "1.mkv"}) folder_.put_clip(name, noise_clip(9, 16, 16) + 99);
  expect_refused(65, {"captions.jsonl line", "has changed"}, [&] { sets.training->clips({0}); });
}

TEST_F(FolderClips, AnIdentityIsOfThePixelsAndNotOfTheName) {
  put_clips(3);
  const auto identities = [&] {
    const ClipSets sets = open();
    std::set<std::string> all;
    for (const auto& set : {sets.training, sets.validation})
      for (int64_t i = 0; i < set->count(); ++i) all.insert(set->identity(i));
    return all;
  };
  const std::set<std::string> before = identities();
  EXPECT_EQ(before.size(), 4u);
  std::filesystem::rename(folder_ / "0.mkv", folder_ / "renamed.mkv");
  folder_.put_clip("new.mkv", noise_clip(5, 16, 16) + 77);
  folder_.put_captions(line("renamed.mkv") + line("1.mkv") + line("2.mkv") + line("new.mkv"));
  std::set<std::string> after = identities();
  EXPECT_EQ(after.size(), 5u);
  for (const std::string& one : before) EXPECT_EQ(after.count(one), 1u);
  data_.width = 24;
  for (const std::string& one : identities()) EXPECT_EQ(after.count(one), 0u);
}

TEST_F(FolderClips, AClipThatIsTooShortIsNamedWithItsFrames) {
  put_clips(2);
  data_.frames = 6;
  refused(65, {"captions.jsonl line 1: \"0.mkv\" has 5 frames", "at least the 6"});
  data_.frames = 5;
  data_.folder.fps = 12;
  refused(65, {"line 1: \"0.mkv\" has 3 frames at 12 frames per second", "at least the 5"});
}

TEST_F(FolderClips, AClipThatIsBrokenIsNamed) {
  put_clips(2);
  const std::string whole = read_bytes(folder_ / "1.mkv");
  folder_.put("1.mkv", whole.substr(0, whole.size() / 2));
  refused(65, {"captions.jsonl line 2: \"1.mkv\""});
  folder_.put("1.mkv", "no clip at all");
  refused(65, {"captions.jsonl line 2: \"1.mkv\""});
}

TEST_F(FolderClips, TwoClipsAreTheLeast) {
  put_clips(1);
  refused(65, {"captions.jsonl", "there is 1 clip", "at least 2"});
}

TEST_F(FolderClips, ACaptionThatTheTokenizerRefusesIsNamed) {
  put_clips(3);
  tokenizer_ = [](const std::string& caption) -> CaptionIds {
    if (caption == "caption 1") throw DataError("no such word");
    return {{1}, {1}};
  };
  refused(65, {"captions.jsonl line 2: \"1.mkv\"", "no such word"});
}

TEST_F(FolderClips, ClipsWithoutCaptionAreToldOf) {
  put_clips(2);
  folder_.put("extra.mp4", "");
  open();
  EXPECT_NE(notices_.find("1 without a caption, not used: \"extra.mp4\""), std::string::npos)
      << notices_;
}

TEST_F(FolderClips, AStopIsHeeded) {
  put_clips(2);
  events_.stop_requested = [] { return true; };
  EXPECT_THROW(open(), Interrupted);
}

}  // namespace
}  // namespace flowreel
