// Everything of libav that owns something, one error check, and silence: libav's C headers behind
// RAII.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/dict.h>
#include <libavutil/frame.h>
#include <libswscale/swscale.h>
}

#include <memory>
#include <string>
#include <type_traits>

#include "errors/error.h"

namespace flowreel {

// libav frees by T* or, to clear the caller's pointer, by T**; this takes either.
template <auto Free>
struct AvDeleter {
  template <typename T>
  void operator()(T* p) const {
    if constexpr (std::is_invocable_v<decltype(Free), T**>) {
      Free(&p);
    } else {
      Free(p);
    }
  }
};

void free_avio(AVIOContext** io);  // the context together with its buffer

using UniqueInput = std::unique_ptr<AVFormatContext, AvDeleter<avformat_close_input>>;
using UniqueOutput = std::unique_ptr<AVFormatContext, AvDeleter<avformat_free_context>>;
using UniqueCodec = std::unique_ptr<AVCodecContext, AvDeleter<avcodec_free_context>>;
using UniqueFrame = std::unique_ptr<AVFrame, AvDeleter<av_frame_free>>;
using UniquePacket = std::unique_ptr<AVPacket, AvDeleter<av_packet_free>>;
using UniqueScaler = std::unique_ptr<SwsContext, AvDeleter<sws_freeContext>>;
using UniqueAvio = std::unique_ptr<AVIOContext, AvDeleter<free_avio>>;

// Options for libav's open functions, which take out what they know; the rest was not understood.
class AvOptions {
 public:
  AvOptions() = default;
  AvOptions(const AvOptions&) = delete;
  AvOptions& operator=(const AvOptions&) = delete;
  ~AvOptions() { av_dict_free(&dict_); }

  void set(const std::string& key, const std::string& value) {
    av_dict_set(&dict_, key.c_str(), value.c_str(), 0);
  }
  AVDictionary** get() { return &dict_; }
  std::string first_unused() const;  // empty when every option was taken

 private:
  AVDictionary* dict_ = nullptr;
};

UniqueFrame new_frame();    // MemoryError
UniquePacket new_packet();  // MemoryError
UniqueCodec new_codec_context(const AVCodec* codec);

// What FFmpeg 5.1 and its successors keep in different places.
#if LIBAVFORMAT_VERSION_MAJOR >= 61   // FFmpeg 7.0
using WrittenBytes = const uint8_t*;  // what a muxer's write callback is given
#else
using WrittenBytes = uint8_t*;
#endif
int64_t frame_duration(const AVFrame& frame);           // in the stream's time base; 0: not known
const int32_t* display_matrix(const AVStream& stream);  // nine values; null: none

// "what: libav's words for ret (its last log line)".
std::string av_error_text(int ret, const std::string& what);

// Passes ret on when it is not negative; else throws E with the text above, or MemoryError when
// memory ran out.
template <typename E>
int av_check(int ret, const std::string& what) {
  if (ret == AVERROR(ENOMEM)) throw MemoryError(av_error_text(ret, what));
  if (ret < 0) throw E(av_error_text(ret, what));
  return ret;
}

// Stops libav from printing (for the whole process, once) and keeps each thread's last error line
// instead.
void silence_libav();

// The last error that libav logged on this thread, as one printable line, and forgets it; empty
// when there was none.
std::string take_libav_error();

}  // namespace flowreel
