// Opening what a person named: local regular files only, never a URL, never a device or a pipe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <string>
#include <vector>

namespace flowreel {

// Owns a file descriptor.
class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(other.release()) {}
  Fd& operator=(Fd&& other) noexcept;
  ~Fd();

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release();

 private:
  int fd_;
};

// The system's words for an errno value.
std::string errno_text(int error);

// PathError for what is not the name of a local file: a URL or libav protocol ("http://…",
// "concat:a|b", "subfile,,…", "C:\…"), an empty name, a name with control characters. A file whose
// name has a colon is reached as "./a:b.mp4".
void check_local_path(const std::string& path);

// Whether path names a directory; MissingInputError when there is nothing, PathError as above.
bool is_directory(const std::string& path);

// A regular file opened once for reading, which notices when another program changes it.
// Directories, pipes and devices are refused without waiting on them; symbolic links are followed,
// since model caches are made of them. Reads may come from several threads.
class InputFile {
 public:
  // PathError: not a regular file, or as above; MissingInputError: absent or not readable.
  explicit InputFile(const std::string& path);

  const std::string& path() const { return path_; }  // as the person named it
  int fd() const { return fd_.get(); }
  uint64_t size() const { return size_; }  // bytes, when it was opened

  // Fills data with bytes [offset, offset + bytes) of the file. IoError when that fails, or when
  // the file's size or modification time is no longer what it was on opening: what was checked then
  // may not be what is read now.
  void read(void* data, size_t bytes, uint64_t offset) const;

 private:
  void check_unchanged() const;

  std::string path_;
  Fd fd_;
  uint64_t size_ = 0;
  std::timespec modified_{};
};

// The whole file; DataError when it has more than max_bytes, otherwise as InputFile::read.
std::vector<uint8_t> read_all(const InputFile& file, uint64_t max_bytes);

// The same as text. Errors of InputFile too.
std::string read_text(const std::string& path, uint64_t max_bytes);

}  // namespace flowreel
