#include "files/place.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <functional>
#include <thread>

#include "errors/error.h"
#include "tests/scratch_folder.h"

namespace flowreel {
namespace {

namespace fs = std::filesystem;

class PlaceTest : public ::testing::Test {
 protected:
  PlaceTest() {
    folder_.put("inside/sub/a", "inside");
    folder_.put("outside/a", "outside");
    fs::create_symlink("sub/a", folder_ / "inside/link");
    fs::create_symlink("../outside/a", folder_ / "inside/out");
    fs::create_symlink(folder_ / "inside/sub/a", folder_ / "inside/absolute");
    fs::create_symlink("../outside", folder_ / "inside/folder");
    fs::create_symlink("inside", folder_ / "alias");
  }
  // In a process of its own, since there is no way out of what confines it.
  static int confined(const std::vector<std::string>& folders, const std::function<int()>& work) {
    const pid_t child = ::fork();
    if (child == 0) {
      confine_reading(folders);
      ::_exit(work());
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WEXITSTATUS(status);
  }
  // The exit code of opening a file; 0 when it can be opened.
  int code(const std::string& name) const {
    try {
      InputFile file(folder_ / name);
    } catch (const Error& error) {
      return error.exit_code();
    }
    return 0;
  }
  int code_confined(const std::string& name) const {
    return confined({folder_ / "inside", ""}, [&] { return code(name); });
  }

  const testing::ScratchFolder folder_;
};

TEST_F(PlaceTest, WhatNobodyConfinesReadsAll) {
  for (const char* name : {"inside/sub/a", "inside/link", "inside/out", "inside/absolute"})
    EXPECT_EQ(code(name), 0) << name;
  EXPECT_EQ(find_place(folder_ / "none").get(), -1);
  EXPECT_EQ(errno, ENOENT);
}

TEST_F(PlaceTest, AConfinedProcessStaysBeneath) {
  for (const char* name : {"inside/sub/a", "inside//sub/a", "inside/sub/../link", "inside/link"})
    EXPECT_EQ(code_confined(name), 0) << name;
  for (const char* name : {"outside/a", "inside/out", "inside/folder/a", "inside/../outside/a",
                           "inside/absolute", "alias/link", "inside2"})
    EXPECT_EQ(code_confined(name), 77) << name;
  EXPECT_EQ(code_confined("inside/none"), 66);
  EXPECT_EQ(confined({folder_ / "alias/"}, [&] { return code("alias/link"); }), 0);
  EXPECT_EQ(confined({folder_ / "alias/"}, [&] { return code("inside/link"); }), 0);
  EXPECT_EQ(confined({folder_ / "inside"},
                     [&] {
                       try {
                         return is_directory(folder_ / "inside/folder") ? 1 : 2;
                       } catch (const Error& error) {
                         return error.exit_code();
                       }
                     }),
            77);
}

TEST_F(PlaceTest, LinksOfTheKernelLeadNowhere) {
  const Fd proc(::open("/proc", O_PATH | O_DIRECTORY));
  EXPECT_EQ(find_beneath(proc.get(), "self/cwd").get(), -1);
  EXPECT_EQ(errno, ELOOP);
}

// Case 27: nobody notices that what is no regular file was named, for it is never opened.
TEST_F(PlaceTest, APipeIsNotOpened) {
  const std::string pipe = folder_ / "inside/pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(code("inside/pipe"), 77);
  std::atomic<bool> over{false};
  int writers = 0;
  std::thread writer([&] {
    // A writer that does not wait succeeds only while a reader has the pipe open.
    while (!over) writers += static_cast<bool>(Fd(::open(pipe.c_str(), O_WRONLY | O_NONBLOCK)));
  });
  for (int i = 0; i < 2000; ++i) code("inside/pipe");
  over = true;
  writer.join();
  EXPECT_EQ(writers, 0);
}

// What is exchanged behind a find is not found in its place.
TEST_F(PlaceTest, APlaceIsWhatItWas) {
  const Fd place = find_place(folder_ / "inside/sub/a");
  fs::remove(folder_ / "inside/sub/a");
  fs::create_symlink("../../outside/a", folder_ / "inside/sub/a");
  char text[8] = {};
  const Fd file(::open(name_of_place(place).c_str(), O_RDONLY));
  ASSERT_EQ(::read(file.get(), text, sizeof text), 6);
  EXPECT_STREQ(text, "inside");
}

}  // namespace
}  // namespace flowreel
