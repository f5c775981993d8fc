#include "configs/spool.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "errors/error.h"
#include "pipeline/queue/memory_store.h"
#include "tests/scratch_folder.h"

namespace flowreel {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::string order(const std::string& id, const std::string& prompt = "a cat") {
  return json{{"schema_version", 1}, {"id", id}, {"prompt", prompt}}.dump();
}

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class SpoolTest : public ::testing::Test {
 protected:
  std::string inbox(const std::string& name) const { return folder_ / ("inbox/" + name); }
  std::string put(const std::string& name, const std::string& text) const {
    return folder_.put("inbox/" + name, text);
  }
  // What was moved, in its order.
  std::vector<Ingested> ingest() {
    std::vector<Ingested> moved;
    const int count = spool_.ingest(*store_, [&](const Ingested& one) { moved.push_back(one); });
    EXPECT_EQ(count, static_cast<int>(moved.size()));
    return moved;
  }
  // That the one file there is goes to rejected/ with a reason, and that nothing is stored.
  void expect_rejected(const std::string& file, int code, const std::string& part,
                       const std::string& moved_to = "") {
    const std::vector<Ingested> moved = ingest();
    ASSERT_EQ(moved.size(), 1u);
    EXPECT_EQ(moved[0].file, file);
    EXPECT_EQ(moved[0].code, code);
    EXPECT_NE(moved[0].message.find(part), std::string::npos) << moved[0].message;
    EXPECT_EQ(moved[0].moved_to, moved_to.empty() ? "rejected/" + file : moved_to);
    EXPECT_TRUE(fs::is_empty(folder_ / "inbox"));
    EXPECT_TRUE(fs::is_symlink(folder_ / moved[0].moved_to) ||
                fs::exists(folder_ / moved[0].moved_to));
    const json reason = json::parse(text_of(folder_ / moved[0].moved_to + ".error.json"));
    EXPECT_EQ(reason.size(), 3u);
    EXPECT_EQ(reason["file"], file);
    EXPECT_EQ(reason["code"], code);
    EXPECT_EQ(reason["message"], moved[0].message);
    EXPECT_TRUE(store_->list({}).empty());
  }

  testing::ScratchFolder folder_;
  Spool spool_{folder_.path()};
  std::unique_ptr<JobStore> store_ = make_memory_store({});
};

TEST_F(SpoolTest, FoldersAreMade) {
  const std::string deep = folder_ / "a/b";
  const Spool made(deep);
  for (const char* part : {"/inbox", "/accepted", "/rejected"})
    EXPECT_TRUE(fs::is_directory(deep + part));
  folder_.put("c/inbox", "a file");
  EXPECT_THROW(Spool(folder_ / "c"), OutputError);
  EXPECT_THROW(Spool("a\nb"), PathError);
}

TEST_F(SpoolTest, AGoodFileIsSubmittedAndAccepted) {
  put("shot.json", order("shot_1"));
  put("list.jsonl", order("shot_2") + "\n\n" + order("shot_3") + "\n");
  const std::vector<Ingested> moved = ingest();
  ASSERT_EQ(moved.size(), 2u);
  EXPECT_EQ(moved[0].moved_to, "accepted/list.jsonl");
  EXPECT_EQ(moved[0].jobs.size(), 2u);
  EXPECT_EQ(moved[1].jobs[0].key, "shot_1");
  EXPECT_FALSE(moved[1].jobs[0].was_there);
  EXPECT_EQ(text_of(folder_ / "accepted/shot.json"), order("shot_1"));
  const JobInfo job = store_->get(moved[1].jobs[0].id);
  EXPECT_EQ(job.request.key, "shot_1");
  EXPECT_EQ(json::parse(job.request.job)["prompt"], "a cat");
  EXPECT_TRUE(ingest().empty());
}

TEST_F(SpoolTest, WhatIsNotMeantIsLeft) {
  for (const char* name : {".hidden.json", "shot.json.tmp", "notes.txt", "json"}) put(name, "x");
  EXPECT_TRUE(ingest().empty());
  EXPECT_TRUE(fs::exists(inbox(".hidden.json")) && fs::exists(inbox("shot.json.tmp")));
}

TEST_F(SpoolTest, BadJson) {
  put("bad.json", "{\"schema_version\": 1,");
  expect_rejected("bad.json", 65, "bad.json");
}

TEST_F(SpoolTest, DeepJson) {
  put("deep.json", std::string(100'000, '['));
  expect_rejected("deep.json", 65, "deep.json");
}

TEST_F(SpoolTest, AnEmptyFile) {
  put("empty.json", "");
  expect_rejected("empty.json", 65, "empty.json");
}

TEST_F(SpoolTest, AWrongJobRejectsAllOfItsFile) {
  put("jobs.jsonl", order("a") + "\n" + R"({"schema_version":1,"id":"b","prompt":7})");
  expect_rejected("jobs.jsonl", 65, "jobs.jsonl:2: /prompt is 7");
}

TEST_F(SpoolTest, ASymbolicLinkIsNotFollowed) {
  folder_.put("outside.json", order("a"));
  fs::create_symlink(folder_ / "outside.json", inbox("link.json"));
  expect_rejected("link.json", 77, "is a symbolic link; expected a regular file");
  EXPECT_TRUE(fs::is_symlink(folder_ / "rejected/link.json"));
  EXPECT_TRUE(fs::exists(folder_ / "outside.json"));
}

TEST_F(SpoolTest, APipeIsNotOpened) {
  ASSERT_EQ(::mkfifo(inbox("pipe.json").c_str(), 0600), 0);
  expect_rejected("pipe.json", 77, "is a pipe");
  EXPECT_TRUE(fs::is_fifo(folder_ / "rejected/pipe.json"));
}

TEST_F(SpoolTest, AFolder) {
  put("folder.json/shot.json", order("a"));
  expect_rejected("folder.json", 77, "is a folder");
  EXPECT_TRUE(fs::exists(folder_ / "rejected/folder.json/shot.json"));
}

TEST_F(SpoolTest, AFileThatIsTooLarge) {
  put("large.json", order("a", std::string(1 << 20, 'x')));
  expect_rejected("large.json", 65, "expected at most 1048576");
}

TEST_F(SpoolTest, AJobThatIsTooLargeForTheStore) {
  std::string sigmas = "1";  // which grow with the indentation of the stored text
  for (int i = 0; i < 150'000; ++i) sigmas += ",0.5";
  put("grown.json",
      R"({"schema_version":1,"id":"a","prompt":"x","sampling":{"sigmas":[)" + sigmas + "]}}");
  expect_rejected("grown.json", 65, "job \"a\": a job of");
}

TEST_F(SpoolTest, NamesWithControlCharacters) {
  put("a\nb.json", order("a"));
  expect_rejected("a\nb.json", 77, "\"a\\x0ab.json\" is no name", "rejected/a_b.json");
}

TEST_F(SpoolTest, TheLongestName) {
  const std::string name(250, 'n');
  put(name + ".json", "{");
  expect_rejected(name + ".json", 65, "n", "rejected/" + std::string(180, 'n') + ".json");
}

TEST_F(SpoolTest, NamesThatAreTakenGetANumber) {
  for (const char* expected : {"accepted/a.json", "accepted/a.2.json", "accepted/a.3.json"}) {
    put("a.json", order("same"));
    EXPECT_EQ(ingest().at(0).moved_to, expected);
  }
  for (const char* expected : {"rejected/a.json", "rejected/a.2.json"}) {
    put("a.json", "{");
    EXPECT_EQ(ingest().at(0).moved_to, expected);
    EXPECT_TRUE(fs::exists(folder_ / expected + ".error.json"));
  }
}

TEST_F(SpoolTest, AConflictStoresNothingOfItsFile) {
  put("a.json", order("a"));
  const int64_t id = ingest().at(0).jobs.at(0).id;
  put("b.jsonl", order("new") + "\n" + order("a", "a dog"));
  const Ingested moved = ingest().at(0);
  EXPECT_EQ(moved.code, 73);
  EXPECT_NE(moved.message.find("id \"a\" belongs to job " + std::to_string(id)), std::string::npos);
  EXPECT_EQ(store_->list({}).size(), 1u);
}

// The crash between insert and rename: the file lies in the inbox still.
TEST_F(SpoolTest, AFileThatWasSubmittedAlreadyGivesTheSameJobs) {
  put("a.json", order("a"));
  const int64_t id = ingest().at(0).jobs.at(0).id;
  fs::rename(folder_ / "accepted/a.json", inbox("a.json"));
  const Ingested again = ingest().at(0);
  EXPECT_EQ(again.moved_to, "accepted/a.json");
  EXPECT_EQ(again.jobs.at(0).id, id);
  EXPECT_TRUE(again.jobs.at(0).was_there);
  EXPECT_EQ(store_->list({}).size(), 1u);
}

// A store whose submit() fails, or does something first.
class OddStore : public JobStore {
 public:
  std::function<void()> before;
  SubmitResult submit(const JobRequest& request) override {
    before();
    return inner->submit(request);
  }
  std::optional<Claim> claim(const ClaimRequest& r) override { return inner->claim(r); }
  Answer heartbeat(int64_t id, int64_t token, const JobProgress& p) override {
    return inner->heartbeat(id, token, p);
  }
  Answer succeed(int64_t id, int64_t token, const std::string& sha256) override {
    return inner->succeed(id, token, sha256);
  }
  Answer fail(int64_t id, int64_t token, const Failure& f) override {
    return inner->fail(id, token, f);
  }
  Answer release(int64_t id, int64_t token, const std::string& reason) override {
    return inner->release(id, token, reason);
  }
  CancelResult cancel(int64_t id) override { return inner->cancel(id); }
  void retry(int64_t id) override { inner->retry(id); }
  JobInfo get(int64_t id) override { return inner->get(id); }
  std::vector<Transition> history(int64_t id) override { return inner->history(id); }
  std::vector<JobInfo> list(const ListFilter& filter) override { return inner->list(filter); }
  StoreStats stats() override { return inner->stats(); }
  int expire_leases() override { return inner->expire_leases(); }
  int64_t purge(int64_t age, const std::vector<JobState>& s) override {
    return inner->purge(age, s);
  }
  bool wait_for_work(int64_t ms) override { return inner->wait_for_work(ms); }

  std::unique_ptr<JobStore> inner = make_memory_store({});
};

TEST_F(SpoolTest, WithoutAStoreTheFileStays) {
  put("a.json", order("a"));
  OddStore odd;
  odd.before = [] { throw UnavailableError("the store is away"); };
  EXPECT_THROW(spool_.ingest(odd), UnavailableError);
  odd.before = [] { throw DataError("the store is damaged"); };
  EXPECT_THROW(spool_.ingest(odd), DataError);
  odd.before = [] { throw OutputError("the store cannot be written"); };
  EXPECT_THROW(spool_.ingest(odd), OutputError);
  EXPECT_EQ(text_of(inbox("a.json")), order("a"));
  EXPECT_TRUE(fs::is_empty(folder_ / "rejected"));
}

TEST_F(SpoolTest, WhatReplacesAFileMeanwhileStaysInTheInbox) {
  put("a.json", order("a"));
  OddStore odd;
  odd.before = [&] {
    folder_.put("next.json", order("b"));
    fs::rename(folder_ / "next.json", inbox("a.json"));
  };
  EXPECT_EQ(spool_.ingest(odd), 0);
  EXPECT_EQ(text_of(inbox("a.json")), order("b"));
  EXPECT_TRUE(fs::is_empty(folder_ / "accepted"));
  odd.before = [] {};
  EXPECT_EQ(spool_.ingest(odd), 1);
  EXPECT_EQ(odd.list({}).size(), 2u);
}

TEST_F(SpoolTest, WhatAnotherProcessMovesMeanwhileIsItsOwn) {
  put("a.json", order("a"));
  put("b.json", order("b"));
  OddStore odd;
  odd.before = [&] { fs::remove(inbox("a.json")); };
  EXPECT_EQ(spool_.ingest(odd), 1);
  EXPECT_TRUE(fs::exists(folder_ / "accepted/b.json"));
}

}  // namespace
}  // namespace flowreel
