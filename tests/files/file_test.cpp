#include "files/file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "errors/error.h"
#include "tests/scratch_folder.h"

namespace flowreel {
namespace {

class InputFileTest : public ::testing::Test {
 protected:
  std::string put(const std::string& name, const std::string& bytes) const {
    return scratch_.put(name, bytes);
  }
  // Exit code of the Error that `act` throws, whose text holds `part`.
  template <typename F>
  static int code(const std::string& part, F&& act) {
    try {
      act();
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
      return error.exit_code();
    }
    return 0;
  }

  const testing::ScratchFolder scratch_;
  const std::string folder_ = scratch_.path();
};

TEST_F(InputFileTest, ReadsByPosition) {
  const InputFile file(put("a", "0123456789"));
  EXPECT_EQ(file.size(), 10u);
  char bytes[3] = {};
  file.read(bytes, 2, 4);
  EXPECT_STREQ(bytes, "45");
  file.read(bytes, 0, 10);
  EXPECT_EQ(read_all(file, 10),
            (std::vector<uint8_t>{'0', '1', '2', '3', '4', '5', '6', '7', '8', '9'}));
  EXPECT_EQ(code("has 10 bytes", [&] { read_all(file, 9); }), 65);
}

TEST_F(InputFileTest, RefusesWhatIsNoRegularFile) {
  ASSERT_EQ(::mkfifo((folder_ + "/pipe").c_str(), 0600), 0);
  EXPECT_EQ(code("not a regular file", [&] { InputFile(folder_ + "/pipe"); }), 77);
  EXPECT_EQ(code("but a directory", [&] { InputFile file(folder_); }), 77);
  EXPECT_EQ(code("not a regular file", [] { InputFile("/dev/zero"); }), 77);
  EXPECT_EQ(code("No such file", [&] { InputFile(folder_ + "/none"); }), 66);
  EXPECT_EQ(code("not a local file", [] { InputFile("http://example.org/a"); }), 77);
}

TEST_F(InputFileTest, FollowsLinks) {
  put("a", "x");
  std::filesystem::create_symlink("a", folder_ + "/link");
  EXPECT_EQ(InputFile(folder_ + "/link").size(), 1u);
}

TEST_F(InputFileTest, NoticesAFileThatChanges) {
  const std::string path = put("a", "0123456789");
  const InputFile file(path);
  std::filesystem::resize_file(path, 4);
  char bytes[10];
  EXPECT_EQ(code("cut while being read", [&] { file.read(bytes, 10, 0); }), 74);
  EXPECT_EQ(code("was changed", [&] { file.read(bytes, 1, 0); }), 74);
}

}  // namespace
}  // namespace flowreel
