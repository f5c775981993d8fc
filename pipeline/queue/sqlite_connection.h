// One connection to an SQLite file: every handle of that library lives and dies here.
#pragma once

#include <sqlite3.h>

#include <memory>
#include <string>
#include <vector>

#include "pipeline/queue/sql_table.h"

namespace flowreel {

struct SqliteOptions {
  bool create = false;
  int64_t busy_timeout_ms = 10'000;
};

class SqliteConnection : public SqlConnection {
 public:
  // Reads nothing of the file yet. path: absolute, so that SQLite sees no special name in it.
  // OutputError: it cannot be opened for writing, or not at all.
  SqliteConnection(const std::string& path, const SqliteOptions& options);

  // UnavailableError: locked for longer than the timeout; IoError: the disk is full or fails;
  // DataError: the file is damaged or no database; OutputError: it cannot be written.
  SqlResult run(const std::string& sql, const std::vector<SqlValue>& values = {}) override;
  const SqlDialect& dialect() const override;

  int64_t number(const std::string& sql);  // the first cell of the first row
  bool is_read_only() const { return sqlite3_db_readonly(handle_.get(), "main") == 1; }
  // The first bytes of the file, by SQLite's own descriptor: to close another one would give up the
  // locks of this process. Shorter when the file is.
  std::string first_bytes(int count);
  // The -wal file stays, empty, when this is the last connection and closes. Before the first
  // run().
  void keep_wal();
  int64_t changes() const { return sqlite3_total_changes(handle_.get()); }

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  [[noreturn]] void fail(int code) const;
  void bind(sqlite3_stmt* statement, int place, const SqlValue& value) const;

  std::string path_;
  std::unique_ptr<sqlite3, Close> handle_;
};

}  // namespace flowreel
