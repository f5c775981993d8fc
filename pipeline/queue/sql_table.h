// The table of jobs in SQL that SQLite and PostgreSQL both read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/queue/job_table.h"

namespace flowreel {

// Where the two differ.
struct SqlDialect {
  std::string id_column;     // type and constraints of a number that rises by itself
  std::string lock;          // behind a SELECT: its rows are ours until the transaction is over
  std::string lock_or_skip;  // likewise, without those that another has
  std::string announce;      // a statement that wakes who waits for work; may be empty
};

// A value of one of four kinds; by hand, since GCC 12 sees uninitialised strings in lists of
// variants.
struct SqlValue {
  enum Kind { kNull, kNumber, kReal, kText };
  SqlValue(std::nullptr_t) {}
  SqlValue(int64_t value) : kind(kNumber), number(value) {}
  SqlValue(double value) : kind(kReal), real(value) {}
  SqlValue(std::string value) : kind(kText), text(std::move(value)) {}

  Kind kind = kNull;
  int64_t number = 0;
  double real = 0;
  std::string text;
};
using SqlRow = std::vector<std::optional<std::string>>;

struct SqlResult {
  std::vector<SqlRow> rows;
  int64_t changed = 0;  // rows that an INSERT, UPDATE or DELETE touched itself
};

class SqlConnection {
 public:
  virtual ~SqlConnection() = default;
  // One statement; $1, $2, ... stand for the values. Errors as JobStore.
  virtual SqlResult run(const std::string& sql, const std::vector<SqlValue>& values = {}) = 0;
  virtual const SqlDialect& dialect() const = 0;
};

// An older program refuses a newer schema; each change of it raises the number.
constexpr int64_t kSqlSchema = 1;

// Makes the tables, which must not be there.
void create_tables(SqlConnection& connection);

class SqlTable : public JobTable {
 public:
  SqlTable(SqlConnection& connection, Access access, Moment now)
      : connection_(connection), access_(access), now_(std::move(now)) {}

  Moment now() override { return now_; }
  std::optional<StoredJob> find(int64_t id) override;
  std::optional<StoredJob> find_key(const std::string& key) override;
  std::optional<StoredJob> find_claim(const std::string& mark) override;
  std::optional<StoredJob> first_ready(const Needs& offers) override;
  std::vector<StoredJob> leases_over() override;
  std::optional<int64_t> insert(const StoredJob& job) override;
  void update(const StoredJob& job) override;
  void append(int64_t id, const Transition& transition) override;
  std::vector<Transition> history(int64_t id) override;
  std::vector<JobInfo> list(const ListFilter& filter) override;
  StoreStats stats() override;
  int64_t purge(int64_t changed_before_ms, const std::vector<JobState>& states) override;

 private:
  std::vector<StoredJob> select(const std::string& condition, const std::vector<SqlValue>& values);
  std::optional<StoredJob> select_one(const std::string& condition,
                                      const std::vector<SqlValue>& values);
  const std::string& lock() const;
  void announce(const StoredJob& job);

  SqlConnection& connection_;
  Access access_;
  Moment now_;
};

}  // namespace flowreel
