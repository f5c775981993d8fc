#include "pipeline/queue/sqlite_store.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <thread>
#include <utility>

#include "errors/error.h"
#include "pipeline/queue/table_store.h"

namespace flowreel {
namespace {

// Between looks for changes: SQLite tells nobody of them. All looks take 2 % of a core.
constexpr int64_t kPollMs = 10;

class SqliteDatabase : public JobDatabase {
 public:
  SqliteDatabase(SqliteFile file, std::shared_ptr<const Clock> clock)
      : file_(std::move(file)), clock_(std::move(clock)) {}

  void transact(Access access, const Use& use) override;
  bool wait_for_change(int64_t timeout_ms) override;

 private:
  // Changes by others, and by this connection itself.
  using Version = std::pair<int64_t, int64_t>;
  Version version() {
    return {file_.connection->number("PRAGMA data_version"), file_.connection->changes()};
  }

  class Table : public SqlTable {
   public:
    Table(SqliteDatabase& database, Access access)
        : SqlTable(*database.file_.connection, access, database.clock_->now()),
          database_(database) {}
    std::optional<StoredJob> first_ready(const Needs& offers) override {
      database_.seen_ = database_.version();
      return SqlTable::first_ready(offers);
    }

   private:
    SqliteDatabase& database_;
  };

  SqliteFile file_;
  std::shared_ptr<const Clock> clock_;
  std::mutex mutex_;
  Version seen_;
};

void SqliteDatabase::transact(Access access, const Use& use) {
  const std::lock_guard lock(mutex_);
  SqliteConnection& connection = *file_.connection;
  file_.check_unmoved();
  // IMMEDIATE: whoever writes waits for its turn here, not in the middle of the transaction.
  connection.run(access == Access::kWrite ? "BEGIN IMMEDIATE" : "BEGIN");
  try {
    Table table(*this, access);
    use(table, /*again=*/false);
    connection.run("COMMIT");
  } catch (...) {
    try {
      connection.run("ROLLBACK");
    } catch (const Error&) {  // SQLite has rolled back by itself
    }
    throw;
  }
  file_.check_unmoved();  // else nobody will ever read what was committed
}

bool SqliteDatabase::wait_for_change(int64_t timeout_ms) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      file_.check_unmoved();
      if (version() != seen_) return true;
    }
    const auto now = std::chrono::steady_clock::now();
    if (now >= end) return false;
    std::this_thread::sleep_for(
        std::min<std::chrono::nanoseconds>(end - now, std::chrono::milliseconds(kPollMs)));
  }
}

}  // namespace

std::unique_ptr<JobStore> make_sqlite_store(const std::string& path, const StoreOptions& options,
                                            const FileSystemOf& file_system) {
  auto clock = options.clock ? options.clock : std::make_shared<const SystemClock>();
  auto database = std::make_unique<SqliteDatabase>(open_sqlite_file(path, options, file_system),
                                                   std::move(clock));
  return make_table_store(std::move(database), options.policy);
}

}  // namespace flowreel
