extern "C" {
#include <libavutil/opt.h>
}

#include <strings.h>

#include <memory>

#include "codecs/encoder.h"
#include "codecs/file_io.h"
#include "codecs/frame.h"
#include "codecs/sinks.h"
#include "errors/quote.h"
#include "files/output_file.h"

namespace flowreel {
namespace {

std::string muxer_of(const std::string& path) {
  const std::string extension = path.substr(path.find_last_of('.') + 1);
  const auto is = [&](const char* name) { return strcasecmp(extension.c_str(), name) == 0; };
  return is("mkv") ? "matroska" : is("webm") ? "webm" : is("mov") ? "mov" : "mp4";
}

class ContainerSink : public ClipSink {
 public:
  ContainerSink(const std::string& path, const WriterOptions& options)
      : name_(quote(path)),
        file_(path, options.overwrite),
        io_(file_.fd()),
        from_rgb_(options.width, options.height, encoder_row(options.codec).format) {
    open_muxer(muxer_of(path), options);
  }

  void write(const at::Tensor& pixels) override {
    const UniqueFrame frame = from_rgb_(pixels);
    if (next_time_ == 0) write_header();
    frame->pts = next_time_++;
    encode(frame.get());
  }

  void set_metadata(const std::string& key, const std::string& value) override {
    av_dict_set(&muxer_->metadata, key.c_str(), value.c_str(), 0);
  }

  StagedOutput stage() override {
    encode(nullptr);
    check(av_write_trailer(muxer_.get()));
    avio_flush(io_.get());
    check(io_.get()->error);
    return file_.stage();
  }

 private:
  void open_muxer(const std::string& muxer, const WriterOptions& options) {
    AVFormatContext* format = nullptr;
    const int ret = avformat_alloc_output_context2(&format, nullptr, muxer.c_str(), nullptr);
    muxer_.reset(format);
    if (ret < 0) throw UnavailableError("this FFmpeg was built without the container " + muxer);
    format->pb = io_.get();
    format->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT;
    format->opaque = this;
    format->io_open = open_for_reading;
    format->io_close2 = close_reading;
    for (const auto& [key, value] : options.metadata)
      av_dict_set(&format->metadata, key.c_str(), value.c_str(), 0);

    encoder_ = open_encoder(options, (format->oformat->flags & AVFMT_GLOBALHEADER) != 0);
    stream_ = avformat_new_stream(format, nullptr);
    if (!stream_) throw MemoryError("out of memory in libav");
    av_check<UsageError>(avcodec_parameters_from_context(stream_->codecpar, encoder_.get()), name_);
    // Matroska names codecs its own way; MP4's name for H.265 is not one it knows.
    if (muxer == "matroska" || muxer == "webm") stream_->codecpar->codec_tag = 0;
    stream_->time_base = encoder_->time_base;
    stream_->avg_frame_rate = encoder_->framerate;
  }

  // Left until the first frame comes, so that Matroska, whose tags stand in the header, gets late
  // ones too.
  void write_header() {
    AvOptions muxer_options;
    const std::string muxer = muxer_->oformat->name;
    if (muxer == "mp4" || muxer == "mov")
      muxer_options.set("movflags", "+faststart+use_metadata_tags");
    check(avformat_write_header(muxer_.get(), muxer_options.get()));
  }

  // To move the index to the front, the muxer reads back what it has written.
  static int open_for_reading(AVFormatContext* format, AVIOContext** io, const char*, int flags,
                              AVDictionary**) {
    auto& self = *static_cast<ContainerSink*>(format->opaque);
    if ((flags & AVIO_FLAG_WRITE) || self.read_back_) return AVERROR(EACCES);
    self.read_back_ = std::make_unique<FileIo>(self.file_.fd(), uint64_t{1} << 62, nullptr);
    *io = self.read_back_->get();
    return 0;
  }

  static int close_reading(AVFormatContext* format, AVIOContext*) {
    static_cast<ContainerSink*>(format->opaque)->read_back_.reset();
    return 0;
  }

  void encode(const AVFrame* frame) {
    av_check<IoError>(avcodec_send_frame(encoder_.get(), frame), name_ + " cannot be encoded");
    while (true) {
      const UniquePacket packet = new_packet();
      const int ret = avcodec_receive_packet(encoder_.get(), packet.get());
      if (ret == AVERROR(EAGAIN) || ret == AVERROR_EOF) return;
      av_check<IoError>(ret, name_ + " cannot be encoded");
      packet->duration = 1;  // encoders leave it out, and the last frame would have none
      packet->stream_index = stream_->index;
      av_packet_rescale_ts(packet.get(), encoder_->time_base, stream_->time_base);
      check(av_interleaved_write_frame(muxer_.get(), packet.get()));
      check(io_.get()->error);
    }
  }

  // The system's reason (a full disk) says more than libav's.
  void check(int ret) {
    if (io_.error() != 0) throw IoError(name_ + " cannot be written: " + errno_text(io_.error()));
    av_check<IoError>(ret, name_ + " cannot be written");
  }

  std::string name_;
  OutputFile file_;
  FileIo io_;
  std::unique_ptr<FileIo> read_back_;
  FromRgb from_rgb_;
  UniqueCodec encoder_;
  UniqueOutput muxer_;
  AVStream* stream_ = nullptr;
  int64_t next_time_ = 0;
};

}  // namespace

std::unique_ptr<ClipSink> open_container_sink(const std::string& path,
                                              const WriterOptions& options) {
  return std::make_unique<ContainerSink>(path, options);
}

}  // namespace flowreel
