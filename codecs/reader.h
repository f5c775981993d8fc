// Clips as frames: MP4, MOV, Matroska, WebM and GIF files, and folders of PNG, JPEG or WebP images.
//
// Files are opened by us, never by libav; the content decides what a file is, and only the
// containers and codecs on a short list are let in. What is cut short or damaged is an error, never
// half a picture. Frames come as stored otherwise: no deinterlacing, no tone mapping, no correction
// of non-square pixels.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <optional>
#include <string>

#include "codecs/clip.h"

namespace flowreel {

class FrameSource;
struct TimedFrame;

class VideoReader {
 public:
  // PathError (URL, pipe, device), MissingInputError, DataError (see above), UsageError (options
  // out of range).
  static VideoReader open(const std::string& path, const ReadOptions& options = {});
  VideoReader(VideoReader&&) noexcept;
  VideoReader& operator=(VideoReader&&) noexcept;
  ~VideoReader();

  const ClipInfo& info() const;  // of the source

  // The next frame, [H,W,3] uint8 RGB; empty after the last one. DataError, IoError.
  std::optional<at::Tensor> next();

 private:
  VideoReader(std::unique_ptr<FrameSource> source, const ReadOptions& options);
  std::optional<at::Tensor> next_of_source();
  std::optional<at::Tensor> next_resampled();

  std::unique_ptr<FrameSource> source_;
  ReadOptions options_;
  int64_t frames_ = 0;                   // handed out
  std::unique_ptr<TimedFrame> current_;  // resampling: the newest frame that has begun
  std::unique_ptr<TimedFrame> ahead_;    // resampling: the one after it
};

// The whole clip, [T,H,W,3] uint8 RGB. Errors as above; DataError when it would not fit
// ReadLimits::max_clip_bytes.
at::Tensor read_clip(const std::string& path, const ReadOptions& options = {});

}  // namespace flowreel
