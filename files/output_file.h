// A file that appears under its name complete or not at all.
#pragma once

#include <cstdint>
#include <string>

#include "files/file.h"
#include "files/publish.h"
#include "files/temporary.h"

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

  const std::string& path() const { return path_; }
  int fd() const { return fd_.get(); }
  // Takes room on the disk now, so that a full one is found before the work; what is not written
  // is given back. IoError.
  void reserve(int64_t bytes);
  void write(const void* data, size_t bytes);  // appends; IoError
  void commit();  // IoError; OutputError when the name was taken meanwhile

  // Syncs it, for a publish() together with others; this object must live until then. IoError.
  StagedOutput stage();

 private:
  std::string path_;
  TemporaryPath temporary_;
  bool overwrite_;
  bool reserved_ = false;
  Fd fd_;
};

}  // namespace flowreel
