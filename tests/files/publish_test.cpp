#include "files/publish.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "errors/error.h"
#include "files/output_file.h"
#include "files/temporary.h"
#include "tests/scratch_folder.h"

namespace flowreel {
namespace {

namespace fs = std::filesystem;

class PublishTest : public ::testing::Test {
 protected:
  std::string at(const std::string& name) const { return folder_ + "/" + name; }
  std::string put(const std::string& name, const std::string& text) const {
    return scratch_.put(name, text);
  }
  std::string read(const std::string& name) const {
    std::ifstream in(at(name));
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::vector<std::string> listing() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_))
      names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
  }
  StagedOutput staged(const std::string& name, bool overwrite) const {
    return {put(name + ".tmp", "new " + name), at(name), overwrite};
  }

  using Names = std::vector<std::string>;
  const testing::ScratchFolder scratch_;
  const std::string folder_ = scratch_.path();
};

TEST_F(PublishTest, AllAppearAndWhatWasThereIsGone) {
  put("b", "old b");
  fs::create_directory(at("c"));
  put("c/1", "old");
  fs::create_directory(at("c.tmp"));
  put("c.tmp/1", "new");
  publish({staged("a", false), staged("b", true), {at("c.tmp"), at("c"), true}});
  EXPECT_EQ(listing(), (Names{"a", "b", "c"}));
  EXPECT_EQ(read("a"), "new a");
  EXPECT_EQ(read("b"), "new b");
  EXPECT_EQ(read("c/1"), "new");
}

TEST_F(PublishTest, AFolderWhereAFileBelongsChangesNothing) {
  put("a", "old a");
  fs::create_directory(at("b"));
  EXPECT_THROW(publish({staged("a", true), staged("b", true)}), OutputError);
  EXPECT_EQ(read("a"), "old a");
  EXPECT_EQ(read("a.tmp"), "new a");
}

TEST_F(PublishTest, ANameThatIsTakenChangesNothing) {
  put("b", "mine");
  EXPECT_THROW(publish({staged("a", false), staged("b", false)}), OutputError);
  EXPECT_EQ(listing(), (Names{"a.tmp", "b", "b.tmp"}));
  EXPECT_EQ(read("b"), "mine");
}

// What no check sees beforehand: the last one fails when the others are in place.
TEST_F(PublishTest, AFailureHalfWayIsTakenBack) {
  put("b", "old b");
  const StagedOutput lost{at("lost.tmp"), at("lost"), true};
  EXPECT_THROW(publish({staged("a", false), staged("b", true), lost}), IoError);
  EXPECT_EQ(listing(), (Names{"a.tmp", "b", "b.tmp"}));
  EXPECT_EQ(read("b"), "old b");
  EXPECT_EQ(read("b.tmp"), "new b");
}

TEST_F(PublishTest, ReservedRoomIsGivenBack) {
  OutputFile file(at("a"), false);
  file.reserve(1 << 16);
  file.write("text", 4);
  file.commit();
  EXPECT_EQ(read("a"), "text");
}

}  // namespace
}  // namespace flowreel
