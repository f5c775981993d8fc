// Regular files, read by position and written atomically: the two ways the weights code touches a
// disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <string>

namespace flowreel {

// A regular file opened once for reading. Directories, pipes and devices are refused without
// waiting on them; symbolic links are followed, since model caches are made of them. Reads may come
// from several threads.
class InputFile {
 public:
  // MissingInputError when it cannot be opened, DataError when it is not a regular file.
  explicit InputFile(const std::string& path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

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

// A file that appears under its name complete, or not at all. Written under a temporary name in the
// same folder.
class OutputFile {
 public:
  explicit OutputFile(const std::string& path);  // OutputError when it cannot be created
  ~OutputFile();                                 // without commit, nothing is left behind
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  void write(const void* data, size_t bytes);  // IoError
  void commit();  // flush to disk, rename over path, flush the folder; IoError or OutputError

 private:
  std::string path_;
  std::string temporary_;
  int fd_ = -1;
};

}  // namespace flowreel
