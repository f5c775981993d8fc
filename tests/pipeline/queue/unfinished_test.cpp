#include "pipeline/queue/unfinished.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "tests/scratch_folder.h"

namespace flowreel {
namespace {

namespace fs = std::filesystem;

TEST(Unfinished, OlderClaimsOfThisJobAloneAreRemoved) {
  const testing::ScratchFolder folder;
  for (const char* name : {".a.t1.tmp", ".a.t2.tmp", ".a.t10.tmp", ".a.b.t1.tmp", ".ab.t1.tmp",
                           ".a.tx.tmp", ".a.0123abcd.tmp", "a", ".checkpoints"})
    fs::create_directories(fs::path(folder / name) / "inside");
  remove_unfinished(folder.path(), "a", 10);
  std::set<std::string> left;
  for (const auto& entry : fs::directory_iterator(folder.path()))
    left.insert(entry.path().filename());
  EXPECT_EQ(left, (std::set<std::string>{".a.t10.tmp", ".a.b.t1.tmp", ".ab.t1.tmp", ".a.tx.tmp",
                                         ".a.0123abcd.tmp", "a", ".checkpoints"}));
  remove_unfinished(folder / "absent", "a", 10);
}

TEST(Unfinished, TagsAreWhatIsFound) { EXPECT_EQ(claim_tag(42), "t42"); }

}  // namespace
}  // namespace flowreel
