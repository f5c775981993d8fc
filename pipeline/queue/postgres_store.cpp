#include "pipeline/queue/postgres_store.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <thread>
#include <utility>

#include "pipeline/queue/postgres_connection.h"
#include "pipeline/queue/table_store.h"

namespace flowreel {
namespace {

constexpr int kMostConflicts = 20;
// Creating tables twice at once fails; who holds this lock makes them. Any number will do.
constexpr char kSchemaLock[] = "SELECT pg_advisory_xact_lock(1718383985)";

class PostgresDatabase : public JobDatabase {
 public:
  PostgresDatabase(std::string uri, const StoreOptions& options)
      : uri_(std::move(uri)), clock_(options.clock), options_{options.busy_timeout_ms} {
    connection_ = std::make_unique<PostgresConnection>(uri_, options_);
    prepare(options.mode);
  }

  void transact(Access access, const Use& use) override;
  bool wait_for_change(int64_t timeout_ms) override;

 private:
  void prepare(OpenMode mode);
  void run_once(Access access, const Use& use, bool again);
  void roll_back() noexcept;
  Moment now() {
    if (clock_) return clock_->now();
    const int64_t now = connection_->wall_ms();
    return {now, now, "database"};
  }

  const std::string uri_;
  const std::shared_ptr<const Clock> clock_;  // null: the database's
  const PostgresOptions options_;
  std::mutex mutex_;
  std::unique_ptr<PostgresConnection> connection_;
  // Of its own, so that a heartbeat need not wait for who waits for work.
  std::mutex listener_mutex_;
  std::unique_ptr<PostgresConnection> listener_;
};

void PostgresDatabase::prepare(OpenMode mode) {
  PostgresConnection& connection = *connection_;
  connection.run("BEGIN");
  connection.run(kSchemaLock);
  const bool there = connection.number(
                         "SELECT count(*) FROM pg_tables WHERE tablename = "
                         "'flowreel_schema' AND schemaname = current_schema()") > 0;
  if (!there) {
    if (mode == OpenMode::kMustExist)
      throw MissingInputError("there is no queue in the PostgreSQL database");
    create_tables(connection);
    connection.run("CREATE TABLE flowreel_schema (version BIGINT NOT NULL)");
    connection.run("INSERT INTO flowreel_schema VALUES ($1)", {kSqlSchema});
  }
  const int64_t schema = connection.number("SELECT max(version) FROM flowreel_schema");
  if (schema != kSqlSchema) {
    throw ConfigError("the PostgreSQL queue has schema " + std::to_string(schema) +
                      "; this flowreel knows " + std::to_string(kSqlSchema) +
                      ": open it with the one that made it");
  }
  connection.run("COMMIT");
}

void PostgresDatabase::roll_back() noexcept {
  try {
    connection_->run("ROLLBACK");
  } catch (const Error&) {
    connection_
        .reset();  // whatever it was in the middle of, the server ends it with the connection
  }
}

void PostgresDatabase::run_once(Access access, const Use& use, bool again) {
  if (!connection_) connection_ = std::make_unique<PostgresConnection>(uri_, options_);
  connection_->run(access == Access::kWrite ? "BEGIN" : "BEGIN READ ONLY");
  SqlTable table(*connection_, access, now());
  use(table, again);
  connection_->run("COMMIT");
}

void PostgresDatabase::transact(Access access, const Use& use) {
  const std::lock_guard lock(mutex_);
  bool lost = false;
  for (int conflicts = 0;;) {
    try {
      return run_once(access, use, lost);
    } catch (const ConnectionLost&) {
      connection_.reset();
      if (lost) throw;
      lost = true;
    } catch (const TransactionConflict&) {
      roll_back();
      if (++conflicts == kMostConflicts) throw;
      std::this_thread::sleep_for(std::chrono::milliseconds(conflicts));
    } catch (...) {
      if (connection_) roll_back();
      throw;
    }
  }
}

bool PostgresDatabase::wait_for_change(int64_t timeout_ms) {
  const std::lock_guard lock(listener_mutex_);
  try {
    if (!listener_) {
      listener_ = std::make_unique<PostgresConnection>(uri_, options_);
      listener_->listen();
      return true;  // what came before it listened was not heard
    }
    return listener_->wait_for_notice(timeout_ms);
  } catch (const ConnectionLost&) {
    listener_.reset();
    return true;  // what came meanwhile was not heard either
  }
}

}  // namespace

std::unique_ptr<JobStore> make_postgres_store(const std::string& uri, const StoreOptions& options) {
  return make_table_store(std::make_unique<PostgresDatabase>(uri, options), options.policy);
}

}  // namespace flowreel
