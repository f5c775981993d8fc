#include "files/temporary.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <vector>

#include "tests/scratch_folder.h"

namespace flowreel {
namespace {

namespace fs = std::filesystem;

class TemporaryTest : public ::testing::Test {
 protected:
  const testing::ScratchFolder scratch_;
  const std::string folder_ = scratch_.path();
};

TEST_F(TemporaryTest, OwnerRemovesFileAndFolder) {
  {
    const TemporaryPath file(folder_ + "/a"), folder(folder_ + "/b");
    std::ofstream(file.name()) << "x";
    fs::create_directory(folder.name());
    std::ofstream(folder.name() + "/1") << "x";
    EXPECT_EQ(fs::path(file.name()).filename().string().rfind(".a.", 0), 0u);
  }
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(TemporaryTest, AllAreRemovedAtOnce) {
  const TemporaryPath file(folder_ + "/a"), folder(folder_ + "/b");
  std::ofstream(file.name()) << "x";
  fs::create_directory(folder.name());
  for (int i = 0; i < 500; ++i) std::ofstream(folder.name() + "/" + std::to_string(i)) << "x";
  {
    const KeepTemporaries keep;
    EXPECT_FALSE(remove_temporaries());
    EXPECT_TRUE(fs::exists(file.name()));
  }
  EXPECT_TRUE(remove_temporaries());
  EXPECT_TRUE(fs::is_empty(folder_));
}

// More than the table holds: the owners still remove what they own.
TEST_F(TemporaryTest, ManyAtATime) {
  std::vector<std::unique_ptr<TemporaryPath>> many;
  for (int i = 0; i < 100; ++i) {
    many.push_back(std::make_unique<TemporaryPath>(folder_ + "/a"));
    std::ofstream(many.back()->name()) << "x";
  }
  many.clear();
  EXPECT_TRUE(fs::is_empty(folder_));
}

}  // namespace
}  // namespace flowreel
