#include "pipeline/queue/postgres_connection.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "errors/quote.h"

namespace flowreel {
namespace {

struct Clear {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, Clear>;

// libpq's messages end with a line feed and may have several lines.
std::string one_line(const char* message) {
  std::string text = message == nullptr ? "" : message;
  while (!text.empty() && text.back() == '\n') text.pop_back();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

std::optional<std::string> text_of(const SqlValue& value) {
  char real[32];
  switch (value.kind) {
    case SqlValue::kNull:
      break;
    case SqlValue::kNumber:
      return std::to_string(value.number);
    case SqlValue::kReal:
      std::snprintf(real, sizeof real, "%.17g", value.real);
      return real;
    case SqlValue::kText:
      return value.text;
  }
  return std::nullopt;
}

PGconn* connect(const std::string& uri) {
  struct Free {
    void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
  };
  // libpq's own message would repeat the URI, with the password that may be in it.
  if (!std::unique_ptr<PQconninfoOption, Free>(PQconninfoParse(uri.c_str(), nullptr))) {
    throw UsageError(
        "the name of the PostgreSQL queue is not a URI; expected "
        "postgresql://USER@HOST:PORT/DATABASE");
  }
  // What the URI says comes last and wins. A partition of the network is noticed within half a
  // minute, before a lease of the usual length runs out.
  constexpr std::array kDefaults = {
      std::pair{"connect_timeout", "10"},     std::pair{"keepalives_idle", "10"},
      std::pair{"keepalives_interval", "5"},  std::pair{"keepalives_count", "3"},
      std::pair{"tcp_user_timeout", "25000"}, std::pair{"application_name", "flowreel"},
      std::pair{"client_encoding", "UTF8"},   std::pair{"target_session_attrs", "read-write"},
  };
  std::vector<const char*> names, values;
  for (const auto& [name, value] : kDefaults) {
    names.push_back(name);
    values.push_back(value);
  }
  names.insert(names.end(), {"dbname", nullptr});
  values.insert(values.end(), {uri.c_str(), nullptr});
  return PQconnectdbParams(names.data(), values.data(), /*expand_dbname=*/1);
}

// What a connection that failed died of: the SQLSTATE that the server gave, or nothing where there
// was no server. libpq says it in its message alone, and only when it is asked before it connects;
// the words beside it are in the server's language.
std::string state_of_failure(PGconn* handle) {
  const std::string mark = ":  ";  // behind the severity, in what a server says
  if (std::string_view(PQerrorMessage(handle)).find(mark) == std::string_view::npos) return "";
  PQsetErrorVerbosity(handle, PQERRORS_SQLSTATE);
  PQreset(handle);
  const std::string message = PQerrorMessage(handle);
  PQsetErrorVerbosity(handle, PQERRORS_DEFAULT);
  const size_t at = message.find(mark);
  return at == std::string::npos ? "" : message.substr(at + mark.size(), 5);
}

bool starts_with(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

}  // namespace

PostgresConnection::PostgresConnection(const std::string& uri, const PostgresOptions& options)
    : handle_(connect(uri)) {
  PGconn* handle = handle_.get();
  if (PQstatus(handle) != CONNECTION_OK) {
    const std::string what = "the PostgreSQL queue: " + one_line(PQerrorMessage(handle));
    if (PQconnectionNeedsPassword(handle) != 0) throw ConfigError(what);
    const std::string state = state_of_failure(handle);
    if (starts_with(state, "28") || starts_with(state, "3D")) throw ConfigError(what);
    if (PQstatus(handle) != CONNECTION_OK) throw UnavailableError(what);
  }
  name_ = std::string("PostgreSQL queue ") + PQdb(handle) + " on " + PQhost(handle);
  PQsetNoticeProcessor(
      handle, [](void*, const char*) {}, nullptr);  // libpq would print them
  const std::string timeout = std::to_string(options.busy_timeout_ms);
  run("SELECT set_config('lock_timeout', $1, false), "
      "set_config('idle_in_transaction_session_timeout', $1, false)",
      {timeout});
  run("SELECT set_config('synchronous_commit', 'on', false) "
      "WHERE current_setting('synchronous_commit') = 'off'");
}

void PostgresConnection::fail(const PGresult* result) const {
  const char* state = result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const std::string what = name_ + ": " + one_line(PQerrorMessage(handle_.get()));
  if (state == nullptr || PQstatus(handle_.get()) != CONNECTION_OK || starts_with(state, "08") ||
      starts_with(state, "57P")) {
    throw ConnectionLost(what);
  }
  if (starts_with(state, "40")) throw TransactionConflict(what);
  if (starts_with(state, "53100") || starts_with(state, "58")) throw IoError(what);
  if (starts_with(state, "53") || starts_with(state, "55P03") || starts_with(state, "25"))
    throw UnavailableError(what);
  if (starts_with(state, "XX") || starts_with(state, "42P01")) throw DataError(what);
  if (starts_with(state, "42501") || starts_with(state, "28")) throw ConfigError(what);
  throw NumericsError(what + " (" + state + ")");
}

SqlResult PostgresConnection::run(const std::string& sql, const std::vector<SqlValue>& values) {
  std::vector<std::optional<std::string>> texts;
  std::vector<const char*> pointers;
  for (const SqlValue& value : values) texts.push_back(text_of(value));
  for (const auto& text : texts) pointers.push_back(text ? text->c_str() : nullptr);
  const Result result(PQexecParams(handle_.get(), sql.c_str(), static_cast<int>(texts.size()),
                                   nullptr, pointers.data(), nullptr, nullptr, /*text=*/0));
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) fail(result.get());
  SqlResult found;
  for (int i = 0; i < PQntuples(result.get()); ++i) {
    SqlRow& row = found.rows.emplace_back();
    for (int j = 0; j < PQnfields(result.get()); ++j) {
      if (PQgetisnull(result.get(), i, j)) {
        row.emplace_back(std::nullopt);
      } else {
        row.emplace_back(PQgetvalue(result.get(), i, j));
      }
    }
  }
  found.changed = std::strtoll(PQcmdTuples(result.get()), nullptr, 10);
  return found;
}

const SqlDialect& PostgresConnection::dialect() const {
  static const SqlDialect kDialect{"BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY", " FOR UPDATE",
                                   " FOR UPDATE SKIP LOCKED", "NOTIFY flowreel_jobs"};
  return kDialect;
}

int64_t PostgresConnection::number(const std::string& sql) {
  const SqlResult result = run(sql);
  if (result.rows.empty() || result.rows[0].empty()) return 0;
  return std::strtoll(result.rows[0][0].value_or("0").c_str(), nullptr, 10);
}

int64_t PostgresConnection::wall_ms() {
  return number("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint");
}

void PostgresConnection::listen() { run("LISTEN flowreel_jobs"); }

bool PostgresConnection::take_notices() {
  struct Free {
    void operator()(PGnotify* notice) const { PQfreemem(notice); }
  };
  bool any = false;
  while (std::unique_ptr<PGnotify, Free>(PQnotifies(handle_.get()))) any = true;
  return any;
}

bool PostgresConnection::wait_for_notice(int64_t timeout_ms) {
  using std::chrono::steady_clock;
  const auto end = steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  while (!take_notices()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd waiting{PQsocket(handle_.get()), POLLIN, 0};
    ::poll(&waiting, 1, static_cast<int>(std::min<int64_t>(left.count(), 1 << 30)));
    if (waiting.revents != 0 && PQconsumeInput(handle_.get()) == 0) fail(nullptr);
  }
  return true;
}

}  // namespace flowreel
