#include "codecs/av.h"

#include <array>
#include <cstdarg>
#include <cstdio>
#include <mutex>

namespace flowreel {
namespace {

thread_local std::string last_error;

// Log lines may quote bytes of the file: only printable ASCII passes, and not much of it.
std::string printable(const char* text) {
  std::string line;
  for (; *text && line.size() < 200; ++text) {
    if (*text >= ' ' && *text <= '~') line += *text;
  }
  while (!line.empty() && (line.back() == ' ' || line.back() == '.')) line.pop_back();
  return line;
}

void keep_last_error(void*, int level, const char* format, va_list arguments) {
  if (level > AV_LOG_ERROR) return;
  std::array<char, 512> text{};
  std::vsnprintf(text.data(), text.size(), format, arguments);
  std::string line = printable(text.data());
  if (!line.empty()) last_error = std::move(line);
}

template <typename T>
T* not_null(T* p) {
  if (!p) throw MemoryError("out of memory in libav");
  return p;
}

}  // namespace

void free_avio(AVIOContext** io) {
  if (!*io) return;
  av_freep(&(*io)->buffer);
  avio_context_free(io);
}

std::string AvOptions::first_unused() const {
  const AVDictionaryEntry* entry = av_dict_get(dict_, "", nullptr, AV_DICT_IGNORE_SUFFIX);
  return entry ? std::string(entry->key) + "=" + entry->value : std::string();
}

UniqueFrame new_frame() { return UniqueFrame(not_null(av_frame_alloc())); }

UniquePacket new_packet() { return UniquePacket(not_null(av_packet_alloc())); }

UniqueCodec new_codec_context(const AVCodec* codec) {
  return UniqueCodec(not_null(avcodec_alloc_context3(codec)));
}

#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(57, 30, 100)  // FFmpeg 6.0
int64_t frame_duration(const AVFrame& frame) { return frame.duration; }
#else
int64_t frame_duration(const AVFrame& frame) { return frame.pkt_duration; }
#endif

#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(60, 31, 102)  // FFmpeg 6.1
const int32_t* display_matrix(const AVStream& stream) {
  const AVPacketSideData* data =
      av_packet_side_data_get(stream.codecpar->coded_side_data, stream.codecpar->nb_coded_side_data,
                              AV_PKT_DATA_DISPLAYMATRIX);
  return data ? reinterpret_cast<const int32_t*>(data->data) : nullptr;
}
#else
const int32_t* display_matrix(const AVStream& stream) {
  return reinterpret_cast<const int32_t*>(
      av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, nullptr));
}
#endif

std::string av_error_text(int ret, const std::string& what) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
  av_strerror(ret, text.data(), text.size());
  const std::string detail = take_libav_error();
  return what + ": " + text.data() + (detail.empty() ? "" : " (" + detail + ")");
}

void silence_libav() {
  static std::once_flag once;
  std::call_once(once, [] { av_log_set_callback(keep_last_error); });
}

std::string take_libav_error() {
  std::string line;
  line.swap(last_error);
  return line;
}

}  // namespace flowreel
