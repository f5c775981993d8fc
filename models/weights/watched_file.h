// A regular file read by position, which notices when another program changes it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <string>

namespace flowreel {

// A regular file opened once for reading. Directories, pipes and devices are refused without
// waiting on them; symbolic links are followed, since model caches are made of them. Reads may come
// from several threads.
class WatchedFile {
 public:
  // MissingInputError when it cannot be opened, DataError when it is not a regular file.
  explicit WatchedFile(const std::string& path);
  ~WatchedFile();
  WatchedFile(const WatchedFile&) = delete;
  WatchedFile& operator=(const WatchedFile&) = delete;

  const std::string& path() const { return path_; }
  uint64_t size() const { return size_; }  // when it was opened

  // Fills data with bytes [offset, offset + bytes) of the file. IoError when that fails, or when
  // the file's size or modification time is no longer what it was on opening: what was checked then
  // may not be what is read now.
  void read(void* data, size_t bytes, uint64_t offset) const;

 private:
  std::string path_;
  int fd_ = -1;
  uint64_t size_ = 0;
  std::timespec modified_{};
};

}  // namespace flowreel
