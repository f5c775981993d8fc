// A file that appears under its name complete or not at all.
#pragma once

#include <cstdint>
#include <string>

#include "files/file.h"

namespace flowreel {

// Writes to ".NAME.<random>.tmp" in the same folder; commit() syncs it and renames it. Without
// commit() the destructor removes it; a killed process leaves the temporary file, never a part of
// the final one.
class OutputFile {
 public:
  // OutputError: the folder is absent or not writable, or the file exists and overwrite is false.
  // PathError: file.h.
  OutputFile(const std::string& path, bool overwrite);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();

  const std::string& path() const { return path_; }
  int fd() const { return fd_.get(); }
  void write(const void* data, size_t bytes);  // appends; IoError
  void commit();  // IoError; OutputError when the name was taken meanwhile

 private:
  std::string path_;
  std::string temporary_;
  bool overwrite_;
  Fd fd_;
};

// A name beside path that nobody uses: hidden, with 64 random bits.
std::string temporary_name(const std::string& path);

// Renames within a folder and syncs it. Without overwrite an existing `to` stays, and OutputError
// is thrown.
void rename_synced(const std::string& from, const std::string& to, bool overwrite);

// OutputError when something is there and overwrite is false.
void check_absent(const std::string& path, bool overwrite);

}  // namespace flowreel
