// Case 46: what can happen between a store and its database.
#include "pipeline/queue/postgres_store.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>
#include <thread>

#include "errors/error.h"
#include "pipeline/queue/postgres_connection.h"
#include "tests/pipeline/queue/cutting_proxy.h"
#include "tests/pipeline/queue/postgres_server.h"
#include "tests/pipeline/queue/store_fixture.h"

namespace flowreel {
namespace {

using testing::code_of;
using testing::Cut;
using testing::kSha;
using testing::PostgresServer;

// Goes by the database's clock, over a wire that can be cut.
class PostgresStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string missing = testing::why_no_postgres();
    if (!missing.empty()) {
      ASSERT_FALSE(testing::postgres_is_required()) << missing;
      GTEST_SKIP() << missing;
    }
    PostgresServer& server = PostgresServer::instance();
    uri_ = server.fresh_queue();
    options_.mode = OpenMode::kCreate;
    options_.busy_timeout_ms = 200;
    store_ = make_postgres_store(uri_, options_);
    proxy_ = std::make_unique<testing::CuttingProxy>(server.socket_folder());
    wired_ = make_postgres_store(wired_uri(), options_);
  }
  std::string wired_uri() const {
    const std::string schema = uri_.substr(uri_.rfind('D') + 1);
    return PostgresServer::instance().uri(schema, proxy_->socket_folder());
  }
  int64_t submit(const std::string& key = "") {
    return store_->submit({.job = "{}", .key = key}).id;
  }
  void sql(const std::string& statement) { PostgresConnection(uri_, {}).run(statement); }
  // The next `times` updates of a job fail with this SQLSTATE, in whatever transaction.
  void fail_updates(const std::string& state, int times);

  std::string uri_;
  StoreOptions options_;
  std::unique_ptr<JobStore> store_, wired_;
  std::unique_ptr<testing::CuttingProxy> proxy_;
};

void PostgresStoreTest::fail_updates(const std::string& state, int times) {
  sql("CREATE SEQUENCE failures");  // no transaction takes back what it has counted
  sql("CREATE FUNCTION fail_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
      "IF nextval('failures') <= " +
      std::to_string(times) + " THEN RAISE EXCEPTION 'made to fail' USING ERRCODE = '" + state +
      "'; END IF; RETURN NEW; END $$");
  sql("CREATE TRIGGER fail_update BEFORE UPDATE ON flowreel_jobs FOR EACH ROW "
      "EXECUTE FUNCTION fail_update()");
}

TEST_F(PostgresStoreTest, LeasesGoByTheDatabasesClock) {
  const int64_t id = submit();
  const int64_t here = SystemClock().now().wall_ms;
  EXPECT_LT(std::abs(store_->get(id).submitted_ms - here), 60'000);
  EXPECT_TRUE(store_->claim({.worker = "w", .lease_ms = 300}));
  EXPECT_EQ(store_->expire_leases(), 0);
  std::this_thread::sleep_for(std::chrono::milliseconds(350));
  EXPECT_EQ(store_->expire_leases(), 1);
}

TEST_F(PostgresStoreTest, AClaimWhoseAnswerWasLostIsFoundAgain) {
  const int64_t id = submit(), other = submit();
  proxy_->cut_at("COMMIT", Cut::kAfter);
  const auto claimed = wired_->claim({.worker = "w"});
  EXPECT_EQ(proxy_->cuts(), 1);
  ASSERT_TRUE(claimed);
  EXPECT_EQ(claimed->id, id);
  EXPECT_EQ(claimed->token, 1);
  EXPECT_EQ(store_->history(id).size(), 2u);
  EXPECT_EQ(store_->get(other).state, JobState::kQueued);
  EXPECT_EQ(wired_->heartbeat(id, claimed->token, {}), Answer::kOk);
}

TEST_F(PostgresStoreTest, AClaimThatNeverArrivedIsMadeOnce) {
  const int64_t id = submit();
  for (const char* statement : {"BEGIN", "UPDATE", "COMMIT"}) {
    proxy_->cut_at(statement, Cut::kBefore);
    auto claimed = wired_->claim({.worker = "w"});
    // The server may hold the row until it has seen that the connection is gone.
    for (int i = 0; i < 200 && !claimed; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      claimed = wired_->claim({.worker = "w"});
    }
    ASSERT_TRUE(claimed) << statement;
    EXPECT_EQ(wired_->release(id, claimed->token, ""), Answer::kOk);
  }
  EXPECT_EQ(proxy_->cuts(), 3);
  EXPECT_EQ(store_->get(id).token, 3);
}

TEST_F(PostgresStoreTest, WhatWasDoneIsNotDoneTwice) {
  proxy_->cut_at("COMMIT", Cut::kAfter);
  const SubmitResult submitted = wired_->submit({.job = "{}", .key = "k"});
  EXPECT_TRUE(submitted.was_there) << "by the call whose answer was lost";
  EXPECT_EQ(store_->list({}).size(), 1u);
  const Claim first = store_->claim({.worker = "w"}).value();
  proxy_->cut_at("COMMIT", Cut::kAfter);
  EXPECT_EQ(wired_->fail(first.id, first.token, {}), Answer::kLost);
  EXPECT_EQ(store_->get(first.id).counters, (Counters{.errors = 1}));
  sql("UPDATE flowreel_jobs SET not_before_ms = 0");
  const Claim second = store_->claim({.worker = "w"}).value();
  proxy_->cut_at("COMMIT", Cut::kAfter);
  EXPECT_EQ(wired_->succeed(second.id, second.token, kSha), Answer::kOk);
  EXPECT_EQ(store_->get(second.id).state, JobState::kSucceeded);
  EXPECT_EQ(proxy_->cuts(), 3);
}

TEST_F(PostgresStoreTest, APartitionLosesTheLeaseAndNothingElse) {
  const int64_t id = submit();
  const Claim claimed = wired_->claim({.worker = "far", .lease_ms = 200}).value();
  proxy_->partition(true);
  EXPECT_EQ(code_of([&] { wired_->heartbeat(id, claimed.token, {}); }), 69);
  std::this_thread::sleep_for(std::chrono::milliseconds(400));
  EXPECT_EQ(store_->expire_leases(), 1);
  EXPECT_EQ(code_of([&] { wired_->succeed(id, claimed.token, kSha); }), 69);
  proxy_->partition(false);
  EXPECT_EQ(wired_->heartbeat(id, claimed.token, {}), Answer::kLost);
  EXPECT_EQ(wired_->succeed(id, claimed.token, kSha), Answer::kLost);
  EXPECT_EQ(store_->get(id).state, JobState::kRetryWait);
}

TEST_F(PostgresStoreTest, AClaimOutlivesTheServersRestart) {
  submit();
  const Claim claimed = store_->claim({.worker = "w"}).value();
  for (const int signal : {SIGINT, SIGQUIT}) {
    PostgresServer::instance().stop(signal);
    EXPECT_EQ(code_of([&] { store_->heartbeat(claimed.id, claimed.token, {}); }), 69);
    PostgresServer::instance().start();
    EXPECT_EQ(store_->heartbeat(claimed.id, claimed.token, {"s", 50}), Answer::kOk);
  }
  PostgresServer::instance().stop(SIGINT);
  PostgresServer::instance().start();
  EXPECT_EQ(store_->succeed(claimed.id, claimed.token, kSha), Answer::kOk) << "unnoticed";
}

TEST_F(PostgresStoreTest, TheWaitOutlivesTheServersRestart) {
  EXPECT_TRUE(store_->wait_for_work(0)) << "it has only begun to listen";
  EXPECT_FALSE(store_->wait_for_work(50));
  PostgresServer::instance().stop(SIGINT);
  PostgresServer::instance().start();
  EXPECT_TRUE(store_->wait_for_work(1000)) << "what came meanwhile was not heard";
  EXPECT_TRUE(store_->wait_for_work(0));
  EXPECT_FALSE(store_->wait_for_work(50));
}

TEST_F(PostgresStoreTest, ConflictsAreTriedAgain) {
  const int64_t id = submit();
  for (const char* state : {"40001", "40P01"}) {
    fail_updates(state, 3);
    const auto claimed = store_->claim({.worker = "w"});
    ASSERT_TRUE(claimed) << state;
    EXPECT_EQ(store_->release(id, claimed->token, ""), Answer::kOk);
    sql("DROP FUNCTION fail_update CASCADE");
    sql("DROP SEQUENCE failures");
  }
  EXPECT_EQ(store_->history(id).size(), 5u);
}

TEST_F(PostgresStoreTest, ConflictsWithoutEndAreUnavailability) {
  const int64_t id = submit();
  fail_updates("40001", 1'000'000);
  EXPECT_EQ(code_of([&] { store_->claim({.worker = "w"}); }), 69);
  EXPECT_EQ(store_->get(id).state, JobState::kQueued);
  EXPECT_EQ(store_->history(id).size(), 1u);
}

TEST_F(PostgresStoreTest, WhatTheServerSaysDecidesTheExitCode) {
  const int64_t id = submit();
  const std::pair<const char*, int> cases[] = {{"53100", 74}, {"58030", 74}, {"53200", 69},
                                               {"XX001", 65}, {"42501", 78}, {"22012", 70}};
  for (const auto& [state, code] : cases) {
    fail_updates(state, 1);
    EXPECT_EQ(code_of([&] { store_->cancel(id); }), code) << state;
    EXPECT_EQ(store_->get(id).state, JobState::kQueued);
    sql("DROP FUNCTION fail_update CASCADE");
    sql("DROP SEQUENCE failures");
  }
}

// Waiting helps with neither of them; a server that is not there may come.
TEST_F(PostgresStoreTest, WhoIsNotLetInIsConfiguredWrongly) {
  const auto code_with = [&](const std::string& from, const std::string& to) {
    std::string uri = uri_;
    uri.replace(uri.find(from), from.size(), to);
    return code_of([&] { make_postgres_store(uri, options_); });
  };
  EXPECT_EQ(code_with("/postgres?", "/nowhere?"), 78);
  EXPECT_EQ(code_with("flowreel@", "nobody@"), 78);
  EXPECT_EQ(code_with("port=5432", "port=5433"), 69);
  const std::string rules = PostgresServer::instance().socket_folder() + "/data/pg_hba.conf";
  std::ifstream in(rules);
  const std::string before{std::istreambuf_iterator<char>(in), {}};
  std::ofstream(rules) << "local all locked scram-sha-256\n" << before;
  sql("CREATE ROLE locked LOGIN PASSWORD 'secret'");
  sql("SELECT pg_reload_conf()");
  int wrong = 0;
  for (int i = 0; i < 100 && (wrong = code_with("flowreel@", "locked:wrong@")) != 78; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));  // it has yet to read them
  EXPECT_EQ(wrong, 78);
  EXPECT_EQ(code_with("flowreel@", "locked@"), 78);
  EXPECT_EQ(code_with("flowreel@", "locked:secret@"), 70) << "let in, where it may do nothing";
  std::ofstream(rules) << before;
}

TEST_F(PostgresStoreTest, ALockedJobIsPassedOver) {
  const int64_t locked = submit(), next = submit();
  PostgresConnection other(uri_, {});
  other.run("BEGIN");
  other.run("SELECT 1 FROM flowreel_jobs WHERE id = $1 FOR UPDATE", {locked});
  EXPECT_EQ(store_->claim({.worker = "w"}).value().id, next);
  EXPECT_FALSE(store_->claim({.worker = "w"}));
  EXPECT_EQ(code_of([&] { store_->cancel(locked); }), 69) << "who needs this very job waits";
  other.run("ROLLBACK");
  EXPECT_EQ(store_->claim({.worker = "w"}).value().id, locked);
}

// Both have begun before either can write: the second must see what the first did.
TEST_F(PostgresStoreTest, WhoWaitsForAJobSeesWhatBecameOfIt) {
  submit();
  const Claim claimed = store_->claim({.worker = "w"}).value();
  PostgresConnection other(uri_, {});
  other.run("BEGIN");
  other.run("SELECT 1 FROM flowreel_jobs WHERE id = $1 FOR UPDATE", {claimed.id});
  options_.busy_timeout_ms = 10'000;
  std::atomic<int> ended = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&, store = std::shared_ptr(make_postgres_store(uri_, options_))] {
      ended += store->fail(claimed.id, claimed.token, {}) == Answer::kOk;
    });
  }
  const auto waiting = [&] {
    return other.number("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
  };
  for (int i = 0; i < 200 && waiting() < 2; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    other.run("SELECT pg_stat_clear_snapshot()");
  }
  other.run("ROLLBACK");
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(ended, 1);
  EXPECT_EQ(store_->get(claimed.id).counters, (Counters{.errors = 1}));
}

TEST_F(PostgresStoreTest, RefusesAServerThatTakesNoWrites) {
  std::string read_only = uri_;
  read_only.insert(read_only.find("options=") + 8, "-cdefault_transaction_read_only%3Don%20");
  EXPECT_EQ(code_of([&] { make_postgres_store(read_only, options_); }), 69)
      << "as a standby that is behind is one";
}

TEST_F(PostgresStoreTest, RefusesWhatIsNoQueueOfThisSchema) {
  options_.mode = OpenMode::kMustExist;
  const std::string empty = PostgresServer::instance().fresh_queue();
  EXPECT_EQ(code_of([&] { make_postgres_store(empty, options_); }), 66);
  sql("UPDATE flowreel_schema SET version = version + 1");
  EXPECT_EQ(code_of([&] { make_postgres_store(uri_, options_); }), 78);
  try {
    make_postgres_store("postgresql://me:secret@[host", options_);
    ADD_FAILURE() << "this is no URI";
  } catch (const UsageError& error) {
    EXPECT_EQ(std::string(error.what()).find("secret"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace flowreel
