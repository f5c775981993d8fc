#include "pipeline/queue/sqlite_file.h"

#include <sys/stat.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <thread>
#include <utility>

#include "errors/error.h"
#include "errors/quote.h"
#include "files/file.h"
#include "files/publish.h"
#include "files/temporary.h"

namespace flowreel {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kApplication = 0x666C7251;  // "flrQ", in the header of the file
constexpr int kHeaderBytes = 100;

struct RefusedFileSystem {
  int64_t number;
  const char* name;
};
// By linux/magic.h and the file systems' own sources.
constexpr std::array kRefused = {
    RefusedFileSystem{0x6969, "NFS"},      RefusedFileSystem{0x517B, "SMB"},
    RefusedFileSystem{0xFF534D42, "CIFS"}, RefusedFileSystem{0xFE534D42, "SMB2"},
    RefusedFileSystem{0x65735546, "FUSE"}, RefusedFileSystem{0x0BD00BD0, "Lustre"},
    RefusedFileSystem{0x47504653, "GPFS"}, RefusedFileSystem{0x00C36400, "Ceph"},
    RefusedFileSystem{0x5346414F, "AFS"},  RefusedFileSystem{0x19830326, "BeeGFS"},
    RefusedFileSystem{0x01161970, "GFS2"}, RefusedFileSystem{0x7461636F, "OCFS2"},
    RefusedFileSystem{0x01021997, "9P"},
};

void sync_file(const std::string& path) {
  const InputFile file(path);
  if (::fsync(file.fd()) != 0)
    throw IoError("queue " + quote(path) + " cannot be synced: " + errno_text(errno));
}

void make_file(const std::string& path) {
  const TemporaryPath temporary(path);
  {
    SqliteConnection connection(temporary.name(), {.create = true});
    connection.run("PRAGMA application_id = " + std::to_string(kApplication));
    connection.run("PRAGMA user_version = " + std::to_string(kSqlSchema));
    connection.run("BEGIN IMMEDIATE");
    create_tables(connection);
    connection.run("COMMIT");
  }
  sync_file(temporary.name());
  try {
    publish({{temporary.name(), path, /*overwrite=*/false}});
  } catch (const OutputError&) {
    if (!identity_of(path)) throw;  // else another process was first, with the same
  }
}

// What a missing log means: SQLite would go on without the changes that only the log had.
void check_log(SqliteConnection& connection, const std::string& path) {
  // A process that has just made the file may be about to make its log.
  for (int i = 0; i < 40; ++i) {
    const std::string header = connection.first_bytes(kHeaderBytes);
    if (header.compare(0, 16, std::string("SQLite format 3\0", 16)) != 0)
      throw DataError("queue " + quote(path) + " is no SQLite database");
    const bool uses_log = header[18] == 2;
    if (!uses_log || identity_of(path + "-wal")) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(25));
  }
  throw DataError("the log of queue " + quote(path) + " is missing: expected " +
                  quote(path + "-wal") +
                  ", which may hold its latest changes. If they are to be given up, or another "
                  "program closed the queue: sqlite3 FILE 'PRAGMA journal_mode = DELETE'");
}

void check_schema(SqliteConnection& connection, const std::string& path) {
  if (connection.number("PRAGMA application_id") != kApplication)
    throw DataError(quote(path) + " is an SQLite database, but no queue of flowreel");
  const int64_t schema = connection.number("PRAGMA user_version");
  if (schema == kSqlSchema) return;
  throw ConfigError("queue " + quote(path) + " has schema " + std::to_string(schema) +
                    "; this flowreel knows " + std::to_string(kSqlSchema) +
                    ": open it with the one that made it");
}

void check_whole(SqliteConnection& connection, const std::string& path) {
  const SqlResult found = connection.run("PRAGMA quick_check(1)");
  const std::string text = found.rows.empty() ? "" : found.rows[0][0].value_or("");
  if (text != "ok") throw DataError("queue " + quote(path) + " is damaged: " + text);
}

// The step from a rollback journal to a log needs the file alone; where others take the same step,
// SQLite answers "busy" at once and does not call its busy handler (it could be a deadlock).
SqlResult ask_for_log(SqliteConnection& connection, int64_t patience_ms) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::milliseconds(patience_ms);
  for (;;) {
    try {
      return connection.run("PRAGMA journal_mode = WAL");
    } catch (const UnavailableError&) {
      if (Clock::now() >= end) throw;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

void make_durable(SqliteConnection& connection, const std::string& path, int64_t patience_ms) {
  const SqlResult mode = ask_for_log(connection, patience_ms);
  if (mode.rows.empty() || mode.rows[0][0] != "wal")
    throw ConfigError("queue " + quote(path) + " cannot have a write-ahead log here");
  connection.run("PRAGMA synchronous = FULL");
  connection.run("PRAGMA foreign_keys = ON");
}

FileIdentity present(const std::string& path) {
  const auto identity = identity_of(path);
  if (!identity) throw DataError("queue file " + quote(path) + " was deleted");
  if (identity->bytes == 0 && !path.ends_with("-wal"))
    throw DataError("queue " + quote(path) + " is empty; expected a database with its tables");
  return *identity;
}

}  // namespace

int64_t file_system_of(const std::string& path) {
  struct statfs found {};
  if (::statfs(path.c_str(), &found) != 0)
    throw IoError(quote(path) + ": its file system is not known: " + errno_text(errno));
  return static_cast<uint32_t>(found.f_type);
}

void check_file_system(int64_t number, const std::string& path) {
  const auto refused = std::find_if(kRefused.begin(), kRefused.end(),
                                    [&](const auto& one) { return one.number == number; });
  if (refused == kRefused.end()) return;
  throw ConfigError("queue " + quote(path) + " lies on " + refused->name +
                    "; expected a disk of this machine, or a PostgreSQL database for several");
}

std::optional<FileIdentity> identity_of(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return std::nullopt;
  return FileIdentity{found.st_dev, found.st_ino, found.st_size};
}

void SqliteFile::check_unmoved() const {
  const bool same = present(path) == database && present(path + "-wal") == log;
  if (!same) throw DataError("queue " + quote(path) + " was replaced while it was open");
}

SqliteFile open_sqlite_file(const std::string& name, const StoreOptions& options,
                            const FileSystemOf& file_system) {
  check_local_path(name);
  const fs::path absolute = fs::absolute(name);
  const std::string folder = absolute.parent_path().string();
  if (!is_directory(folder)) throw MissingInputError(quote(folder) + " is no folder");
  check_file_system(file_system(folder), name);
  if (!identity_of(absolute.string())) {
    if (options.mode == OpenMode::kMustExist)
      throw MissingInputError("there is no queue " + quote(name));
    make_file(absolute.string());
  }
  SqliteFile file;
  file.path = fs::canonical(absolute).string();
  if (is_directory(file.path)) throw DataError("queue " + quote(name) + " is a folder");
  check_file_system(file_system(file.path), name);
  file.database = present(file.path);
  file.connection = std::make_unique<SqliteConnection>(
      file.path, SqliteOptions{.busy_timeout_ms = options.busy_timeout_ms});
  check_log(*file.connection, file.path);
  file.connection->keep_wal();
  if (file.connection->is_read_only())
    throw OutputError("queue " + quote(name) + " cannot be written");
  check_schema(*file.connection, file.path);
  check_whole(*file.connection, file.path);
  make_durable(*file.connection, file.path, options.busy_timeout_ms);
  file.connection->number("SELECT COUNT(*) FROM flowreel_jobs WHERE id < 0");  // opens the log
  file.log = present(file.path + "-wal");
  return file;
}

}  // namespace flowreel
