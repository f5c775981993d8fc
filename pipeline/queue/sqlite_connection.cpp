#include "pipeline/queue/sqlite_connection.h"

#include <cstdio>
#include <cstdlib>

#include "errors/error.h"
#include "errors/quote.h"

namespace flowreel {
namespace {

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

std::optional<std::string> cell(sqlite3_stmt* statement, int column) {
  const int type = sqlite3_column_type(statement, column);
  if (type == SQLITE_NULL) return std::nullopt;
  if (type == SQLITE_FLOAT) {  // as text SQLite would give 15 digits only
    char text[32];
    std::snprintf(text, sizeof text, "%.17g", sqlite3_column_double(statement, column));
    return text;
  }
  const void* bytes = sqlite3_column_blob(statement, column);
  const int size = sqlite3_column_bytes(statement, column);
  if (bytes == nullptr) return "";
  return std::string(static_cast<const char*>(bytes), static_cast<size_t>(size));
}

}  // namespace

SqliteConnection::SqliteConnection(const std::string& path, const SqliteOptions& options)
    : path_(path) {
  const int create = options.create ? SQLITE_OPEN_CREATE : 0;
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | create, nullptr);
  handle_.reset(handle);
  if (handle == nullptr) throw MemoryError("queue " + quote(path) + ": out of memory");
  if (code != SQLITE_OK) fail(code);
  sqlite3_busy_timeout(handle, static_cast<int>(options.busy_timeout_ms));
}

void SqliteConnection::fail(int code) const {
  const std::string what = "queue " + quote(path_) + ": " + sqlite3_errmsg(handle_.get());
  const int exactly = sqlite3_extended_errcode(handle_.get());
  if (exactly == SQLITE_READONLY_DBMOVED) throw DataError(what + ": its file was deleted or moved");
  if (exactly == SQLITE_IOERR_NOMEM) throw MemoryError(what);
  switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      throw UnavailableError(what + "; another process has held it for too long");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
    case SQLITE_EMPTY:
      throw DataError(what);
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      throw OutputError(what);
    case SQLITE_FULL:
    case SQLITE_IOERR:
      throw IoError(what);
    case SQLITE_NOMEM:
      throw MemoryError(what);
    default:
      throw NumericsError(what);
  }
}

void SqliteConnection::bind(sqlite3_stmt* statement, int place, const SqlValue& value) const {
  const std::string name = "$" + std::to_string(place);
  const int index = sqlite3_bind_parameter_index(statement, name.c_str());
  if (index == 0) return;  // a value that the statement does not use
  int code = SQLITE_OK;
  switch (value.kind) {
    case SqlValue::kNull:
      break;
    case SqlValue::kNumber:
      code = sqlite3_bind_int64(statement, index, value.number);
      break;
    case SqlValue::kReal:
      code = sqlite3_bind_double(statement, index, value.real);
      break;
    case SqlValue::kText:
      code = sqlite3_bind_text64(statement, index, value.text.data(), value.text.size(),
                                 SQLITE_STATIC, SQLITE_UTF8);
      break;
  }
  if (code != SQLITE_OK) fail(code);
}

SqlResult SqliteConnection::run(const std::string& sql, const std::vector<SqlValue>& values) {
  sqlite3_stmt* raw = nullptr;
  int code = sqlite3_prepare_v2(handle_.get(), sql.c_str(), static_cast<int>(sql.size()) + 1, &raw,
                                nullptr);
  const Statement statement(raw);
  if (code != SQLITE_OK) fail(code);
  for (size_t i = 0; i < values.size(); ++i) bind(raw, static_cast<int>(i) + 1, values[i]);
  SqlResult result;
  while ((code = sqlite3_step(raw)) == SQLITE_ROW) {
    SqlRow& row = result.rows.emplace_back();
    for (int i = 0; i < sqlite3_column_count(raw); ++i) row.push_back(cell(raw, i));
  }
  if (code != SQLITE_DONE) fail(code);
  result.changed = sqlite3_changes(handle_.get());
  return result;
}

const SqlDialect& SqliteConnection::dialect() const {
  // A transaction that writes has the whole file; ids are never used again.
  static const SqlDialect kDialect{"INTEGER PRIMARY KEY AUTOINCREMENT", "", "", ""};
  return kDialect;
}

int64_t SqliteConnection::number(const std::string& sql) {
  const SqlResult result = run(sql);
  if (result.rows.empty() || result.rows[0].empty()) return 0;
  return std::strtoll(result.rows[0][0].value_or("0").c_str(), nullptr, 10);
}

std::string SqliteConnection::first_bytes(int count) {
  sqlite3_file* file = nullptr;
  sqlite3_file_control(handle_.get(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
  if (file == nullptr || file->pMethods == nullptr) return "";
  std::string bytes(static_cast<size_t>(count), '\0');
  const int code = file->pMethods->xRead(file, bytes.data(), count, 0);
  if (code == SQLITE_IOERR_SHORT_READ) return "";
  if (code != SQLITE_OK) fail(code);
  return bytes;
}

void SqliteConnection::keep_wal() {
  int keep = 1;
  sqlite3_file_control(handle_.get(), "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
  run("PRAGMA journal_size_limit = 0");
}

}  // namespace flowreel
