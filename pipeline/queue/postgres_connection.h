// One connection to a PostgreSQL server: every handle of libpq lives and dies here.
#pragma once

#include <libpq-fe.h>

#include <memory>
#include <string>
#include <vector>

#include "errors/error.h"
#include "pipeline/queue/sql_table.h"

namespace flowreel {

// The connection has gone, and what the server did with the last statement is not known.
class ConnectionLost : public UnavailableError {
 public:
  using UnavailableError::UnavailableError;
};

// Two transactions cannot both be (SQLSTATE 40001, 40P01): this one may be begun again.
class TransactionConflict : public UnavailableError {
 public:
  using UnavailableError::UnavailableError;
};

struct PostgresOptions {
  int64_t busy_timeout_ms = 10'000;  // for a lock, and for a client that stops in a transaction
};

class PostgresConnection : public SqlConnection {
 public:
  // Only to a server that takes writes, so not to a standby. UnavailableError: none can be reached;
  // UsageError: uri is none.
  PostgresConnection(const std::string& uri, const PostgresOptions& options);

  // ConnectionLost, TransactionConflict; UnavailableError: a lock could not be had in time, or the
  // server has no room for us; IoError: its disk is full or fails; DataError: what it has is
  // damaged, or no queue; ConfigError: we may not.
  SqlResult run(const std::string& sql, const std::vector<SqlValue>& values = {}) override;
  const SqlDialect& dialect() const override;

  int64_t number(const std::string& sql);  // the first cell of the first row
  int64_t wall_ms();                       // the server's clock, since 1970

  void listen();  // from here on wait_for_notice() hears of announcements
  // Whether one came within timeout_ms; takes all that have come. ConnectionLost.
  bool wait_for_notice(int64_t timeout_ms);

 private:
  struct Finish {
    void operator()(PGconn* handle) const { PQfinish(handle); }
  };
  [[noreturn]] void fail(const PGresult* result) const;
  bool take_notices();

  std::string name_;  // server and database, without a password
  std::unique_ptr<PGconn, Finish> handle_;
};

}  // namespace flowreel
