#include "configs/clip_list.h"

#include <gtest/gtest.h>

#include "errors/error.h"
#include "tests/scratch_folder.h"

namespace flowreel {
namespace {

class ClipList : public ::testing::Test {
 protected:
  std::vector<ClipRequest> read(const std::string& text) {
    std::ofstream(folder_ / "list.json") << text;
    return read_clip_list(folder_ / "list.json");
  }
  std::string error_of(const std::string& text) {
    try {
      read(text);
    } catch (const DataError& error) {
      return error.what();
    }
    return "";
  }
  testing::ScratchFolder folder_;
};

TEST_F(ClipList, NamesAreRelativeToTheList) {
  const auto list = read(R"({"clips": [{"clip": "a.mp4"},
    {"clip": "/b.mp4", "reference": "c", "prompt_id": "p", "seed": 18446744073709551615}]})");
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0].clip, folder_ / "a.mp4");
  EXPECT_TRUE(list[0].reference.empty());
  EXPECT_FALSE(list[0].seed);
  EXPECT_EQ(list[1].clip, "/b.mp4");
  EXPECT_EQ(list[1].reference, folder_ / "c");
  EXPECT_EQ(list[1].prompt_id, "p");
  EXPECT_EQ(list[1].seed, 18446744073709551615u);
}

TEST_F(ClipList, ErrorsNameThePlace) {
  EXPECT_NE(error_of(R"({"clips": []})").find("a list of clips"), std::string::npos);
  EXPECT_NE(error_of(R"([])").find("expected an object"), std::string::npos);
  EXPECT_NE(error_of(R"({"clips": [3]})").find("/clips/0 is no object"), std::string::npos);
  EXPECT_NE(error_of(R"({"clips": [{"clip": "a"}, {"clop": "b"}]})").find("/clips/1"),
            std::string::npos);
  EXPECT_NE(
      error_of(R"({"clips": [{"clip": "a", "promptid": "p"}]})").find("did you mean \"prompt_id\""),
      std::string::npos);
  EXPECT_NE(error_of(R"({"clips": [{"clip": "a", "seed": -1}]})").find("/clips/0/seed"),
            std::string::npos);
  EXPECT_NE(error_of(R"({"clip": [], "clips": [{"clip": "a"}]})").find("/clip"), std::string::npos);
}

}  // namespace
}  // namespace flowreel
