#include "codecs/demux.h"

extern "C" {
#include <libavutil/opt.h>
}

#include <algorithm>
#include <cctype>

#include "codecs/container_end.h"
#include "errors/quote.h"

namespace flowreel {
namespace {

// libav's own names. Text playlists (hls, concat, dash, sdp) name other files, so only these get
// past the probe.
constexpr const char* kContainers = "mov,matroska,webm,gif";
constexpr const char* kDecoders = "h264,hevc,libdav1d,vp8,vp9,mpeg4,prores,ffv1,gif,png,mjpeg";
constexpr const char* kWanted = "expected MP4, MOV, Matroska, WebM or GIF";
constexpr int64_t kProbeBytes = 5'000'000;

int deny_open(AVFormatContext*, AVIOContext**, const char*, int, AVDictionary**) {
  return AVERROR(EACCES);
}

bool is_permitted(const AVInputFormat& format) {
  const std::string names = format.name;  // a list, as "mov,mp4,m4a,3gp,3g2,mj2"
  return names.rfind("mov,", 0) == 0 || names.rfind("matroska,", 0) == 0 || names == "gif";
}

}  // namespace

Demuxer::Demuxer(const std::string& path, const ReadLimits& limits)
    : name_(quote(path)), limits_(limits), file_(path), io_(file_.fd(), file_.size(), &deadline_) {
  silence_libav();
  take_libav_error();
  start_deadline();
  if (file_.size() == 0) throw DataError(name_ + " is empty: " + kWanted);
  open(probe());
  choose_video();
}

const AVInputFormat* Demuxer::probe() {
  const AVInputFormat* container = nullptr;
  const int score = av_probe_input_buffer2(io_.get(), &container, "", nullptr, 0, kProbeBytes);
  check_deadline();
  if (score < 0 || !container)
    throw DataError(name_ + " is not a clip of a known kind: " + kWanted);
  if (!is_permitted(*container)) {
    throw DataError(name_ + ": container \"" + container->name + "\" is not allowed: " + kWanted);
  }
  return container;
}

void Demuxer::open(const AVInputFormat* container) {
  AVFormatContext* format = avformat_alloc_context();
  if (!format) throw MemoryError("out of memory in libav");
  format->pb = io_.get();
  format->flags |= AVFMT_FLAG_CUSTOM_IO;
  format->io_open = deny_open;
  format->interrupt_callback = {Deadline::interrupt, &deadline_};
  format->max_streams = limits_.max_streams;
  format->probesize = kProbeBytes;
  format->error_recognition = AV_EF_CRCCHECK;
  av_opt_set(format, "format_whitelist", kContainers, 0);
  av_opt_set(format, "codec_whitelist", kDecoders, 0);
  av_opt_set(format, "protocol_whitelist", "", 0);
  // On failure libav frees the context itself. The name is empty: it would be a URL.
  const int ret = avformat_open_input(&format, "", container, nullptr);
  check_deadline();
  // Also the answer to more streams than permitted.
  if (ret == AVERROR(ENOMEM))
    throw DataError(name_ + " asks for too much memory or too many streams");
  av_check<DataError>(ret, name_ + " cannot be opened");
  format_.reset(format);
  check_container_end(file_, container->name);
}

void Demuxer::choose_video() {
  AvOptions pixels;
  pixels.set("max_pixels", std::to_string(limits_.max_pixels));
  AVDictionary** options = format_->nb_streams == 1 ? pixels.get() : nullptr;
  const int ret = avformat_find_stream_info(format_.get(), options);
  check_deadline();
  av_check<DataError>(ret, name_ + " has no readable streams");
  for (unsigned i = 0; i < format_->nb_streams; ++i) {
    AVStream* stream = format_->streams[i];
    stream->discard = AVDISCARD_ALL;
    const bool cover_art = (stream->disposition & AV_DISPOSITION_ATTACHED_PIC) != 0;
    if (!video_ && !cover_art && stream->codecpar->codec_type == AVMEDIA_TYPE_VIDEO)
      video_ = stream;
  }
  if (!video_) throw DataError(name_ + " has no video stream");
  video_->discard = AVDISCARD_DEFAULT;
  const AVCodecParameters& p = *video_->codecpar;
  if (static_cast<int64_t>(p.width) * p.height > limits_.max_pixels) {
    throw DataError(name_ + " is " + std::to_string(p.width) + "x" + std::to_string(p.height) +
                    "; at most " + std::to_string(limits_.max_pixels) + " pixels are accepted");
  }
}

UniquePacket Demuxer::next() {
  while (true) {
    check_deadline();
    UniquePacket packet = new_packet();
    take_libav_error();
    const int ret = av_read_frame(format_.get(), packet.get());
    check_deadline();
    if (io_.error() != 0) throw IoError(name_ + " cannot be read: " + errno_text(io_.error()));
    if (ret == AVERROR_EOF) {
      check_complete();
      return nullptr;
    }
    av_check<DataError>(ret, name_ + " is damaged or cut short");
    if (packet->stream_index != video_->index) continue;
    if (packet->flags & AV_PKT_FLAG_CORRUPT) {
      throw DataError(name_ + " is damaged or cut short in frame " + std::to_string(packets_));
    }
    ++packets_;
    return packet;
  }
}

// A file that was cut off ends like any other; what it promised tells them apart.
void Demuxer::check_complete() {
  const std::string complaint = take_libav_error();
  const bool is_mov = std::string(format_->iformat->name).find("mov") != std::string::npos;
  if (is_mov && packets_ < video_->nb_frames) {
    throw DataError(name_ + " is cut short: it has " + std::to_string(packets_) + " of " +
                    std::to_string(video_->nb_frames) + " frames");
  }
  if (!complaint.empty()) throw DataError(name_ + " is damaged or cut short (" + complaint + ")");
}

void Demuxer::check_deadline() const {
  if (deadline_.passed()) {
    throw DataError(name_ + " took longer to read than the limit of " +
                    std::to_string(limits_.seconds_per_call) + " s");
  }
}

std::map<std::string, std::string> read_clip_metadata(const std::string& path) {
  const Demuxer demuxer(path, ReadLimits());
  std::map<std::string, std::string> tags;
  const AVDictionaryEntry* entry = nullptr;
  while ((entry = av_dict_get(demuxer.format().metadata, "", entry, AV_DICT_IGNORE_SUFFIX))) {
    std::string key = entry->key;
    std::transform(key.begin(), key.end(), key.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    tags[key] = entry->value;
  }
  return tags;
}

}  // namespace flowreel
