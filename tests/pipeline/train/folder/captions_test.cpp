#include "pipeline/train/folder/captions.h"

#include "tests/pipeline/train/folder/clip_folder.h"

namespace flowreel {
namespace {

class Captions : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"a.mp4", "b.mp4", "deep/c.mp4"}) folder_.put(name, "not read here");
  }

  void refused(int code, const std::string& lines, std::vector<std::string> parts) {
    folder_.put_captions(lines);
    parts.push_back("captions.jsonl");
    expect_refused(code, parts, [&] { read_captions(folder_.path()); });
  }

  ClipFolder folder_;
};

TEST_F(Captions, AreReadInOrderWithTheirLines) {
  folder_.put_captions(line("b.mp4", "a dog") + "\r\n" + line("deep/c.mp4", "ein K\\u00e4fer"));
  const auto clips = read_captions(folder_.path());
  ASSERT_EQ(clips.size(), 2u);
  EXPECT_EQ(clips[0].file, "b.mp4");
  EXPECT_EQ(clips[0].path, folder_ / "b.mp4");
  EXPECT_EQ(clips[0].caption, "a dog");
  EXPECT_EQ(clips[1].caption, "ein Käfer");
  EXPECT_NE(clips[1].place.find("captions.jsonl line 3: \"deep/c.mp4\""), std::string::npos);
}

TEST_F(Captions, ALineThatSaysSomethingElseIsNamed) {
  refused(65, "", {"has no lines"});
  refused(65, " \n\n", {"has no lines"});
  refused(65, line("a.mp4") + "[1]\n", {"line 2", "[1]", "expected an object"});
  refused(65, line("a.mp4") + "{\"file\"\n", {"line 2"});
  refused(65, R"({"file": "a.mp4", "caption": "x", "fps": 3})", {"line 1", "no key \"fps\""});
  refused(65, R"({"file": "a.mp4"})", {"line 1", "\"caption\" is missing"});
  refused(65, R"({"caption": "a"})", {"line 1", "\"file\" is missing"});
  refused(65, R"({"file": 7, "caption": "a"})", {"line 1", "\"file\" is \"7\"", "a text"});
  refused(65, R"({"file": "a.mp4", "caption": null})", {"line 1", "\"caption\" is \"null\""});
  refused(65, line("a.mp4", " \\t"), {"line 1", "\"caption\" is empty"});
  refused(65, line("", "x"), {"line 1", "\"file\" is empty"});
  refused(65, R"({"file": "a.mp4", "file": "b.mp4", "caption": "x"})", {"line 1"});
  refused(65, line("a.mp4", "\xff"), {"line 1"});
}

TEST_F(Captions, EveryClipIsThereOnce) {
  refused(66, line("a.mp4") + line("none.mp4"), {"line 2: \"none.mp4\"", "cannot be opened"});
  refused(65, line("a.mp4") + line("./a.mp4"), {"line 2", "listed twice", "line 1: \"a.mp4\""});
  std::filesystem::create_symlink("a.mp4", folder_ / "again.mp4");
  refused(65, line("a.mp4") + line("again.mp4"), {"line 2: \"again.mp4\"", "listed twice"});
  refused(65, line("."), {"the folder itself"});
}

TEST_F(Captions, NoPathLeavesTheFolder) {
  const testing::ScratchFolder outside;
  outside.put("o.mp4", "");
  refused(77, line(outside / "o.mp4"), {"line 1", "absolute"});
  refused(77, line(folder_ / "a.mp4"), {"line 1", "absolute"});
  refused(77, line("deep/../a.mp4"), {"line 1", "\"..\""});
  refused(77, line("a\\u0007.mp4"), {"control characters"});
  std::filesystem::create_symlink(outside / "o.mp4", folder_ / "link.mp4");
  refused(77, line("link.mp4"), {"line 1: \"link.mp4\"", "link that leads out"});
  std::filesystem::create_symlink(outside.path(), folder_ / "way");
  refused(77, line("way/o.mp4"), {"line 1", "link that leads out"});
  std::filesystem::create_symlink(outside / "o.mp4", folder_ / "deep/0.png");
  refused(77, line("deep"), {"line 1: \"deep\"", "holds a link that leads out"});
  std::filesystem::create_symlink("b.mp4", folder_ / "within.mp4");
  folder_.put_captions(line("within.mp4"));
  EXPECT_EQ(read_captions(folder_.path()).size(), 1u);
}

TEST_F(Captions, TheFolderAndItsListAreThere) {
  expect_refused(66, {"captions.jsonl"}, [&] { read_captions(folder_.path()); });
  expect_refused(66, {"nowhere"}, [&] { read_captions(folder_ / "nowhere"); });
  expect_refused(65, {"a.mp4", "is a file"}, [&] { read_captions(folder_ / "a.mp4"); });
  expect_refused(77, {"https://"}, [&] { read_captions("https://example.org/clips"); });
}

TEST_F(Captions, ClipsWithoutOneAreFound) {
  folder_.put("frames/1.png", "");
  folder_.put("frames/2.png", "");
  folder_.put("listed/1.PNG", "");
  folder_.put("notes.txt", "");
  folder_.put_captions(line("a.mp4") + line("listed"));
  EXPECT_EQ(clips_without_caption(folder_.path(), read_captions(folder_.path())),
            (std::vector<std::string>{"b.mp4", "deep/c.mp4", "frames"}));
}

}  // namespace
}  // namespace flowreel
