#include "codecs/file_io.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace flowreel {

FileIo::FileIo(int fd, uint64_t bytes, const Deadline* deadline)
    : fd_(fd), bytes_(static_cast<int64_t>(bytes)), writing_(false), deadline_(deadline) {
  allocate(false);
}

FileIo::FileIo(int fd) : fd_(fd), writing_(true) { allocate(true); }

void FileIo::allocate(bool writing) {
  constexpr int kBuffer = 1 << 16;
  auto* buffer = static_cast<unsigned char*>(av_malloc(kBuffer));
  io_.reset(avio_alloc_context(buffer, kBuffer, writing ? 1 : 0, this, writing ? nullptr : read,
                               writing ? write : nullptr, seek));
  if (!buffer || !io_) throw MemoryError("out of memory in libav");
}

int FileIo::read(void* self, uint8_t* data, int size) {
  auto& io = *static_cast<FileIo*>(self);
  if (io.deadline_ && io.deadline_->passed()) return AVERROR_EXIT;
  ssize_t n = 0;
  do {
    n = ::pread(io.fd_, data, static_cast<size_t>(size), io.position_);
  } while (n < 0 && errno == EINTR);
  if (n < 0) {
    io.error_ = errno;
    return AVERROR(errno);
  }
  io.position_ += n;
  return n == 0 ? AVERROR_EOF : static_cast<int>(n);
}

int FileIo::write(void* self, WrittenBytes data, int size) {
  auto& io = *static_cast<FileIo*>(self);
  int done = 0;
  while (done < size) {
    const ssize_t n = ::pwrite(io.fd_, data + done, static_cast<size_t>(size - done), io.position_);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      if (io.error_ == 0) io.error_ = errno;
      return AVERROR(errno);
    }
    done += static_cast<int>(n);
    io.position_ += n;
    io.bytes_ = std::max(io.bytes_, io.position_);
  }
  return size;
}

int64_t FileIo::seek(void* self, int64_t offset, int whence) {
  auto& io = *static_cast<FileIo*>(self);
  if (whence == AVSEEK_SIZE) return io.bytes_;
  whence &= ~AVSEEK_FORCE;
  const int64_t base = whence == SEEK_CUR ? io.position_ : whence == SEEK_END ? io.bytes_ : 0;
  // Behind the end there is nothing to read: a table that points there shall fail at once.
  if (offset < -base || (!io.writing_ && offset > io.bytes_ - base)) return AVERROR(EINVAL);
  io.position_ = base + offset;
  return io.position_;
}

}  // namespace flowreel
