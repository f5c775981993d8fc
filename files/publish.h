// Several outputs that appear together or not at all.
#pragma once

#include <string>
#include <vector>

namespace flowreel {

// A file or a folder, whole and synced under a temporary name in the folder of its final one.
struct StagedOutput {
  std::string temporary, path;
  bool overwrite = false;
};

// Gives every output its final name, in this order, and syncs the folders. When one cannot have it,
// all names are again as they were: what was to be overwritten is back, what is new lies under its
// temporary name. OutputError: a name was taken meanwhile, or by a folder where a file belongs (or
// the other way round); IoError.
void publish(const std::vector<StagedOutput>& outputs);

// For what the system would not make: IoError where the disk is full or fails, or is read-only for
// now, which another time may be otherwise; else OutputError.
[[noreturn]] void throw_not_made(const std::string& path, int error);

// OutputError when something is there and overwrite is false.
void check_absent(const std::string& path, bool overwrite);

}  // namespace flowreel
