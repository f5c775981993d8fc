// Case 44: what can happen to the file of a queue, and that none of it passes for an empty queue.
#include "pipeline/queue/sqlite_file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <random>

#include "errors/error.h"
#include "pipeline/queue/sqlite_store.h"
#include "tests/scratch_folder.h"

namespace flowreel {
namespace {

namespace fs = std::filesystem;

class SqliteFileTest : public ::testing::Test {
 protected:
  std::unique_ptr<JobStore> open(OpenMode mode = OpenMode::kMustExist) {
    StoreOptions options;
    options.mode = mode;
    options.busy_timeout_ms = 100;
    return make_sqlite_store(path_, options);
  }
  // A closed queue with jobs enough for pages of every sort.
  void make_queue(int jobs) {
    const auto store = open(OpenMode::kCreate);
    for (int i = 0; i < jobs; ++i)
      store->submit({.job = std::string(3000, 'x'), .key = "key " + std::to_string(i)});
  }
  static int code_of(const std::function<void()>& action, std::string* text = nullptr) {
    try {
      action();
    } catch (const Error& error) {
      if (text != nullptr) *text = error.what();
      return error.exit_code();
    }
    return 0;
  }
  int code_of_open(OpenMode mode = OpenMode::kMustExist, std::string* text = nullptr) {
    return code_of([&] { open(mode); }, text);
  }
  std::string bytes() const {
    std::ifstream in(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void put_bytes(const std::string& bytes) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << bytes;
  }
  // By a child process, so that what it does to itself or how it dies is its own affair.
  static int status_of_child(const std::function<int()>& work) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(work());
    int status = 0;
    ::waitpid(child, &status, 0);
    return status;
  }

  const testing::ScratchFolder folder_;
  const std::string path_ = folder_ / "queue.db";
};

TEST_F(SqliteFileTest, IsMadeWholeOrNotAtAll) {
  EXPECT_EQ(code_of_open(), 66);
  EXPECT_EQ(folder_.file_count(), 0u) << "who only looks makes nothing";
  make_queue(1);
  for (const auto& entry : fs::directory_iterator(folder_.path()))
    EXPECT_EQ(entry.path().filename().string().rfind("queue.db", 0), 0u) << entry.path();
  EXPECT_EQ(open()->list({}).size(), 1u);
  EXPECT_EQ(open(OpenMode::kCreate)->list({}).size(), 1u);
  const auto elsewhere = [&] { make_sqlite_store(folder_ / "absent" + "/queue.db"); };
  EXPECT_EQ(code_of(elsewhere), 66);
  EXPECT_EQ(code_of([&] { make_sqlite_store("file:" + path_); }), 77);
}

TEST_F(SqliteFileTest, IsDurable) {
  make_queue(0);
  const SqliteFile file = open_sqlite_file(path_, {}, file_system_of);
  EXPECT_EQ(file.connection->number("PRAGMA synchronous"), 2) << "FULL";
  EXPECT_EQ(file.connection->run("PRAGMA journal_mode").rows[0][0], "wal");
  EXPECT_EQ(file.connection->number("PRAGMA foreign_keys"), 1);
}

TEST_F(SqliteFileTest, AJobThatWasAcknowledgedOutlivesTheProcess) {
  make_queue(0);
  const int status = status_of_child([&] {
    const auto store = open();
    for (int i = 0; i < 20; ++i) store->submit({.job = "{}", .key = std::to_string(i)});
    return ::raise(SIGKILL);
  });
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(open()->list({}).size(), 20u);
}

TEST_F(SqliteFileTest, IsUnavailableWhileAnotherHoldsIt) {
  make_queue(1);
  const auto store = open();
  SqliteConnection other(path_, {});
  other.run("BEGIN IMMEDIATE");
  EXPECT_EQ(code_of([&] { store->submit({.job = "{}"}); }), 69);
  EXPECT_EQ(code_of([&] { store->claim({.worker = "w"}); }), 69);
  EXPECT_EQ(store->list({}).size(), 1u) << "reading needs no lock";
  other.run("ROLLBACK");
  EXPECT_EQ(code_of([&] { store->submit({.job = "{}"}); }), 0);
}

TEST_F(SqliteFileTest, IsMissedWhenItIsDeletedWhileOpen) {
  for (const char* what : {"", "-wal"}) {
    make_queue(1);
    const auto store = open();
    fs::remove(path_ + what);
    EXPECT_EQ(code_of([&] { store->submit({.job = "{}"}); }), 65) << what;
    EXPECT_EQ(code_of([&] { store->list({}); }), 65) << what;
    EXPECT_EQ(code_of([&] { store->wait_for_work(10'000); }), 65) << what;
    EXPECT_FALSE(fs::exists(path_ + what)) << "nothing takes its place";
    for (const char* file : {"", "-wal", "-shm"}) fs::remove(path_ + file);
  }
}

TEST_F(SqliteFileTest, IsMissedWhenAnotherTakesItsPlace) {
  make_queue(1);
  const auto store = open();
  fs::rename(path_, folder_ / "moved.db");
  fs::copy_file(folder_ / "moved.db", path_);
  EXPECT_EQ(code_of([&] { store->submit({.job = "{}"}); }), 65);
}

TEST_F(SqliteFileTest, AnEmptyFileIsNoQueue) {
  make_queue(1);
  {
    const auto store = open();
    fs::resize_file(path_, 0);
    EXPECT_EQ(code_of([&] { store->submit({.job = "{}"}); }), 65);
  }
  for (const char* file : {"", "-wal", "-shm"}) fs::remove(path_ + file);
  put_bytes("");
  EXPECT_EQ(code_of_open(), 65);
  EXPECT_EQ(code_of_open(OpenMode::kCreate), 65) << "perhaps it was cut, so nobody makes it anew";
  EXPECT_EQ(fs::file_size(path_), 0u);
}

TEST_F(SqliteFileTest, SomethingElseIsNoQueue) {
  put_bytes(std::string(5000, 'x'));
  EXPECT_EQ(code_of_open(OpenMode::kCreate), 65);
  put_bytes("SQLite format 3");
  EXPECT_EQ(code_of_open(OpenMode::kCreate), 65);
  fs::remove(path_);
  SqliteConnection(path_, {.create = true}).run("CREATE TABLE flowreel_jobs (id INTEGER)");
  EXPECT_EQ(code_of_open(OpenMode::kCreate), 65) << "a database of somebody else";
  fs::remove(path_);
  fs::create_directory(path_);
  EXPECT_EQ(code_of_open(OpenMode::kCreate), 65);
}

TEST_F(SqliteFileTest, AnotherSchemaIsRefused) {
  make_queue(1);
  for (const int64_t schema : {kSqlSchema + 1, kSqlSchema - 1}) {
    SqliteConnection(path_, {}).run("PRAGMA user_version = " + std::to_string(schema));
    std::ofstream(path_ + "-wal", std::ios::app);  // the connection above took it with it
    std::string text;
    EXPECT_EQ(code_of_open(OpenMode::kCreate, &text), 78);
    EXPECT_NE(text.find("schema " + std::to_string(schema)), std::string::npos) << text;
  }
}

TEST_F(SqliteFileTest, AReadOnlyFileIsRefused) {
  make_queue(1);
  for (const char* file : {"", "-wal", "-shm"}) {
    if (fs::exists(path_ + file)) ::chmod((path_ + file).c_str(), 0444);
  }
  ::chmod(folder_.path().c_str(), 0555);
  const int status = status_of_child([&] {
    if (::geteuid() == 0 && ::seteuid(65534) != 0) return 99;  // root may write anything
    return code_of_open();
  });
  ::chmod(folder_.path().c_str(), 0755);
  EXPECT_EQ(WEXITSTATUS(status), 73);
}

TEST_F(SqliteFileTest, AFileThatMayNotBeReadIsRefused) {
  make_queue(1);
  ::chmod(path_.c_str(), 0);
  ::chmod(folder_.path().c_str(), 0755);
  const int status = status_of_child([&] {
    if (::geteuid() == 0 && ::seteuid(65534) != 0) return 99;
    return code_of_open();
  });
  EXPECT_EQ(WEXITSTATUS(status), 73) << "there is one, but not for us";
}

TEST_F(SqliteFileTest, ALogThatIsMissingIsMissed) {
  const auto store = open(OpenMode::kCreate);
  store->submit({.job = "{}", .key = "in the log alone"});
  const auto copy = [&](const std::string& name) {
    fs::copy_file(path_, folder_ / name);
    return make_sqlite_store(folder_ / name)->list({}).size();
  };
  std::string text;
  EXPECT_EQ(code_of([&] { copy("without.db"); }, &text), 65);
  EXPECT_NE(text.find("without.db-wal\""), std::string::npos) << text;
  EXPECT_FALSE(fs::exists(folder_ / "without.db-wal"));
  fs::copy_file(path_ + "-wal", folder_ / "with.db-wal");
  EXPECT_EQ(copy("with.db"), 1u) << "as after a crash";
}

TEST_F(SqliteFileTest, OpensAfterAnotherProgramClosedIt) {
  make_queue(3);
  EXPECT_EQ(fs::file_size(path_ + "-wal"), 0u) << "it stays, so that it can be missed";
  SqliteConnection(path_, {}).run("PRAGMA journal_mode = DELETE");
  EXPECT_FALSE(fs::exists(path_ + "-wal"));
  EXPECT_EQ(open()->list({}).size(), 3u);
}

TEST_F(SqliteFileTest, FileSystemsOfSeveralMachinesAreRefused) {
  for (const int64_t remote :
       {0x6969LL, 0x517BLL, 0xFF534D42LL, 0xFE534D42LL, 0x65735546LL, 0x0BD00BD0LL, 0x47504653LL}) {
    StoreOptions options;
    options.mode = OpenMode::kCreate;
    const auto open_there = [&] {
      make_sqlite_store(path_, options, [&](const std::string&) { return remote; });
    };
    EXPECT_EQ(code_of(open_there), 78) << remote;
    EXPECT_EQ(folder_.file_count(), 0u);
  }
  for (const int64_t local : {0xEF53, 0x58465342, 0x01021994}) {  // ext4, XFS, tmpfs
    EXPECT_NO_THROW(check_file_system(local, "p"));
  }
  EXPECT_EQ(file_system_of("/proc"), 0x9FA0);
}

TEST_F(SqliteFileTest, ADamagedPageIsNoticed) {
  make_queue(60);
  const std::string whole = bytes();
  const size_t pages = whole.size() / 4096;
  ASSERT_GT(pages, 30u);
  for (size_t page = 0; page < pages; page += 3) {
    std::string damaged = whole;
    const size_t at = page * 4096 + (page == 0 ? 100 : 0);  // says what sort of page it is
    for (size_t i = 0; i < 12; ++i) damaged[at + i] = static_cast<char>(~damaged[at + i]);
    put_bytes(damaged);
    EXPECT_EQ(code_of_open(), 65) << "page " << page;
  }
  put_bytes(whole.substr(0, whole.size() / 2 / 4096 * 4096));
  EXPECT_EQ(code_of_open(), 65) << "cut in half";
  put_bytes(whole);
  EXPECT_EQ(open()->list({}).size(), 60u);
}

// Anywhere: an error of ours, or all jobs; never a crash, never an empty queue.
TEST_F(SqliteFileTest, AFlippedBitDoesNoHarm) {
  make_queue(20);
  const std::string whole = bytes();
  std::mt19937 random(7);
  int noticed = 0;
  for (int i = 0; i < 120; ++i) {
    std::string damaged = whole;
    const size_t at = i < 40 ? static_cast<size_t>(i * 2) : random() % damaged.size();
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << random() % 8));
    put_bytes(damaged);
    size_t jobs = 0;
    const int code = code_of([&] { jobs = open()->list({}).size(); });
    noticed += code != 0;
    EXPECT_TRUE(code == 65 || code == 78 || code == 73 || (code == 0 && jobs == 20))
        << "byte " << at << ": code " << code << ", " << jobs << " jobs";
  }
  EXPECT_GT(noticed, 10);
}

// Case 39: no room for the queue itself.
TEST_F(SqliteFileTest, AFullDiskChangesNothing) {
  make_queue(1);
  const int status = status_of_child([&] {
    const auto store = open();
    const auto size = fs::file_size(path_ + "-wal");
    const rlimit limit{size + 20'000, size + 20'000};
    ::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &limit);
    return code_of([&] { store->submit({.job = std::string(100'000, 'x')}); });
  });
  EXPECT_EQ(WEXITSTATUS(status), 74);
  EXPECT_EQ(open()->list({}).size(), 1u);
  EXPECT_EQ(code_of([&] { open()->submit({.job = "{}"}); }), 0);
}

}  // namespace
}  // namespace flowreel
