// Opening what a person named: local regular files only, never a URL, never a device or a pipe.
#pragma once

#include <cstdint>
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

struct InputFile {
  std::string path;  // as the person named it
  Fd fd;
  uint64_t bytes = 0;
};

// The path in quotes, control characters escaped: fit for a one-line message.
std::string quote_path(const std::string& path);

// The system's words for an errno value.
std::string errno_text(int error);

// PathError for what is not the name of a local file: a URL or libav protocol ("http://…",
// "concat:a|b", "subfile,,…", "C:\…"), an empty name, a name with control characters. A file whose
// name has a colon is reached as "./a:b.mp4".
void check_local_path(const std::string& path);

// Whether path names a directory; MissingInputError when there is nothing, PathError as above.
bool is_directory(const std::string& path);

// Opens for reading. PathError: not a regular file, or as above; MissingInputError: absent or not
// readable.
InputFile open_input_file(const std::string& path);

// The whole file; DataError when it has more than max_bytes, IoError when reading fails.
std::vector<uint8_t> read_all(const InputFile& file, uint64_t max_bytes);

}  // namespace flowreel
