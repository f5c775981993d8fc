// The file of an SQLite queue: made whole, and refused where it cannot be trusted.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "pipeline/queue/sqlite_connection.h"
#include "pipeline/queue/store.h"

namespace flowreel {

// The number of the file system that holds a path, as statfs(2) tells it. IoError.
int64_t file_system_of(const std::string& path);

// ConfigError for a file system that several machines may share or that a program provides:
// SQLite's write-ahead log needs memory that all who use the file share. path is for the message.
void check_file_system(int64_t number, const std::string& path);

// Which file lies under a name, to see when it is another or none.
struct FileIdentity {
  dev_t device = 0;
  ino_t inode = 0;
  int64_t bytes = 0;
  bool operator==(const FileIdentity& other) const {
    return device == other.device && inode == other.inode;
  }
};
std::optional<FileIdentity> identity_of(const std::string& path);

// An open queue, checked: it is ours, whole, of our schema, in WAL mode and durable.
struct SqliteFile {
  std::string path;  // without symbolic links; the log is path + "-wal"
  std::unique_ptr<SqliteConnection> connection;
  FileIdentity database, log;

  // DataError when a file was deleted or replaced since: what is written now would be lost.
  void check_unmoved() const;
};

using FileSystemOf = std::function<int64_t(const std::string& folder)>;

// Makes the file where mode allows it: it appears with its tables or not at all. MissingInputError:
// the folder, or the file and mode is kMustExist; ConfigError: the file system, or a newer schema;
// OutputError: it cannot be written; DataError: it is empty, damaged, something else, or its log is
// missing; else as SqliteConnection.
SqliteFile open_sqlite_file(const std::string& path, const StoreOptions& options,
                            const FileSystemOf& file_system);

}  // namespace flowreel
