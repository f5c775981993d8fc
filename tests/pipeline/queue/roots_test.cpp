// Cases 27 and 28: where the paths in a job may lead.
#include "pipeline/queue/roots.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <thread>

#include "errors/error.h"
#include "files/file.h"
#include "files/place.h"
#include "tests/scratch_folder.h"

namespace flowreel {
namespace {

namespace fs = std::filesystem;

class RootsTest : public ::testing::Test {
 protected:
  RootsTest() {
    folder_.put("inputs/a", "inside");
    folder_.put("inputs/sub/b", "inside");
    folder_.put("secret", "outside");
    fs::create_symlink("../secret", folder_ / "inputs/out");
    fs::create_symlink("/proc/self/environ", folder_ / "inputs/environ");
    fs::create_symlink("..", folder_ / "inputs/up");
    ::mkfifo((folder_ / "inputs/pipe").c_str(), 0600);
  }
  // What becomes of a path: the exit code of resolving and then opening it, as a job does.
  int code(const std::string& path, bool model = false) const {
    Job job;
    (model ? job.options.model : job.options.first_frame) = path;
    try {
      resolve_within(roots_, job);
      if (!model) InputFile file(job.options.first_frame);
    } catch (const Error& error) {
      return error.exit_code();
    }
    return 0;
  }

  const testing::ScratchFolder folder_;
  const Roots roots_ = {folder_ / "inputs", folder_ / "inputs"};
};

// Whether anything under these names was opened since.
class Watch {
 public:
  explicit Watch(const std::vector<std::string>& paths) : fd_(::inotify_init1(IN_NONBLOCK)) {
    for (const std::string& path : paths)
      EXPECT_GE(::inotify_add_watch(fd_.get(), path.c_str(), IN_OPEN | IN_ACCESS), 0) << path;
  }
  bool saw_any() {
    alignas(inotify_event) char events[4096];
    return ::read(fd_.get(), events, sizeof events) > 0;
  }

 private:
  Fd fd_;
};

// Case 27: every way out that is known; nothing outside is opened.
TEST_F(RootsTest, NoPathLeadsOut) {
  Watch watch({folder_ / "secret", folder_ / "inputs/pipe", "/etc/passwd"});
  for (const std::string path :
       {"../secret", "/etc/passwd", "sub/../../secret", "a/../../secret", "out", "up/secret",
        "/proc/self/fd/0", "/proc/self/environ", "environ", "pipe", "/dev/zero", "sub", ".", "a\nb",
        "a\x1b[2Jb", "C:\\a", "C:/a", "//etc/passwd", "./../secret"}) {
    const int found = code(path);
    EXPECT_EQ(found, path == "a/../../secret" ? 66 : 77) << path;  // "a" is a file, no folder
  }
  EXPECT_EQ(code(std::string(300, 'n')), 77);
  EXPECT_EQ(code(std::string(5000, 'n')), 77);
  for (const std::string path : {"../models", "/etc", "up", "a\nb", "http://127.0.0.1/m"})
    EXPECT_EQ(code(path, /*model=*/true), 77) << path;
  EXPECT_FALSE(watch.saw_any());
}

// Case 27: what other programs would expand is a name like any other here.
TEST_F(RootsTest, NothingIsExpanded) {
  const std::vector<std::string> names = {"-x", "%03d", "~", "~root", "$HOME", "*", "a b", "{a,b}"};
  for (const std::string& name : names) EXPECT_EQ(code(name), 66) << name;
  for (const std::string& name : names) {
    folder_.put("inputs/" + name, "inside");
    EXPECT_EQ(code(name), 0) << name;
  }
}

// Case 28: what libav would take for the name of a protocol is refused before anything looks at it.
TEST_F(RootsTest, NoPathIsAProtocol) {
  folder_.put("inputs/x|y", "inside");
  Watch watch({folder_ / "secret", "/etc/passwd", folder_ / "inputs/a", folder_ / "inputs/x|y"});
  for (const std::string path :
       {"http://127.0.0.1:9/a", "https://127.0.0.1/a", "file:///etc/passwd", "file:a",
        "concat:a|sub/b", "subfile,,start,0,end,9,,:a", "data:,hello", "pipe:0", "pipe:", "async:a",
        "cache:a", "crypto:a", "tcp://127.0.0.1:9", "HTTP://127.0.0.1:9/a"}) {
    EXPECT_EQ(code(path), 77) << path;
    EXPECT_EQ(code(path, /*model=*/true), 77) << path;
  }
  EXPECT_FALSE(watch.saw_any());
  EXPECT_EQ(code("x|y"), 0);
}

TEST_F(RootsTest, LinksWithinAreFollowed) {
  fs::create_symlink("sub/b", folder_ / "inputs/in");
  Job job;
  job.options.first_frame = "in";
  resolve_within(roots_, job);
  EXPECT_EQ(job.options.first_frame, fs::canonical(folder_ / "inputs/sub/b"));
}

// Case 27: the file, or a folder above it, becomes a link to outside between check and opening.
TEST_F(RootsTest, ALinkThatIsExchangedBehindTheCheckLeadsNowhere) {
  folder_.put("other/a", "outside");
  fs::create_symlink("../secret", folder_ / "inputs/bad_file");
  fs::create_symlink("../other", folder_ / "inputs/bad_folder");
  fs::create_directories(folder_ / "inputs/dir");
  folder_.put("inputs/dir/a", "inside");
  const pid_t child = ::fork();
  if (child == 0) {
    confine_reading({roots_.inputs});
    std::atomic<bool> over{false};
    std::thread swapper([&] {
      while (!over) {
        for (const auto& [one, other] : {std::pair{"a", "bad_file"}, {"dir", "bad_folder"}})
          ::renameat2(AT_FDCWD, (folder_ / "inputs/" + one).c_str(), AT_FDCWD,
                      (folder_ / "inputs/" + other).c_str(), RENAME_EXCHANGE);
      }
    });
    int whole = 0, refused = 0, leaked = 0;
    for (int i = 0; i < 20'000; ++i) {
      Job job;
      job.options.first_frame = i % 2 == 0 ? "a" : "dir/a";
      try {
        resolve_within(roots_, job);
        ++(read_text(job.options.first_frame, 100) == "inside" ? whole : leaked);
      } catch (const Error&) {
        ++refused;
      }
    }
    over = true;
    swapper.join();
    ::_exit(leaked > 0 ? 1 : whole == 0 || refused == 0 ? 2 : 0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_NE(WEXITSTATUS(status), 1) << "a file outside was read";
  EXPECT_EQ(WEXITSTATUS(status), 0) << "there was no race";
}

}  // namespace
}  // namespace flowreel
