// libav's byte stream over a descriptor of ours, so that libav never opens anything by itself.
#pragma once

#include <chrono>
#include <cstdint>

#include "codecs/av.h"

namespace flowreel {

// Wall-clock limit on one call into libav; passed() is asked for from its callbacks and from our
// loops.
class Deadline {
 public:
  void start(double seconds) {
    end_ = Clock::now() +
           std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  }
  bool passed() const { return Clock::now() > end_; }
  static int interrupt(void* deadline) {
    return static_cast<Deadline*>(deadline)->passed() ? 1 : 0;
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point end_ = Clock::time_point::max();
};

// Reads or writes fd (not owned) at a position of its own, so several may share one descriptor.
class FileIo {
 public:
  FileIo(int fd, uint64_t bytes, const Deadline* deadline);  // for reading a file of that size
  explicit FileIo(int fd);                                   // for writing
  FileIo(const FileIo&) = delete;
  FileIo& operator=(const FileIo&) = delete;

  AVIOContext* get() const { return io_.get(); }
  int error() const { return error_; }  // errno of the first failure; 0 when there was none

 private:
  static int read(void* self, uint8_t* data, int size);
  static int write(void* self, WrittenBytes data, int size);
  static int64_t seek(void* self, int64_t offset, int whence);
  void allocate(bool writing);

  int fd_;
  int64_t position_ = 0;
  int64_t bytes_ = 0;
  bool writing_;
  int error_ = 0;
  const Deadline* deadline_ = nullptr;
  UniqueAvio io_;
};

}  // namespace flowreel
