#include <ATen/ops/rot90.h>

#include "codecs/demux.h"
#include "codecs/frame.h"
#include "codecs/opencv_colours.h"
#include "codecs/source.h"

extern "C" {
#include <libavutil/display.h>
#include <libavutil/pixdesc.h>
}

#include <algorithm>
#include <cmath>

namespace flowreel {
namespace {

struct Orientation {
  int quarter_turns = 0;  // clockwise, before mirroring
  bool mirrored = false;  // left to right, after the turns
};

Rational to_rational(AVRational q) {
  return q.num > 0 && q.den > 0 ? Rational{q.num, q.den} : Rational{0, 1};
}

std::string text_or_unknown(const char* text) { return text ? text : "unknown"; }

// The container's display matrix: [a b; c d] maps (x, y) to (a x + c y, b x + d y), y downwards.
Orientation orientation_of(const AVStream& stream, const std::string& name) {
  const int32_t* data = display_matrix(stream);
  if (!data) return {};
  std::array<int32_t, 9> matrix{};
  std::copy_n(data, 9, matrix.begin());
  Orientation found;
  const int64_t determinant =
      static_cast<int64_t>(matrix[0]) * matrix[4] - static_cast<int64_t>(matrix[1]) * matrix[3];
  found.mirrored = determinant < 0;
  if (found.mirrored) av_display_matrix_flip(matrix.data(), 1, 0);
  const double degrees = -av_display_rotation_get(matrix.data());  // libav counts counterclockwise
  const double turns = degrees / 90;
  if (!(std::fabs(turns - std::round(turns)) < 1e-3)) {
    throw DataError(name + " is to be shown turned by " + std::to_string(degrees) +
                    " degrees; only multiples of 90 are supported");
  }
  found.quarter_turns = (static_cast<int>(std::lround(turns)) % 4 + 4) % 4;
  return found;
}

at::Tensor orient(const at::Tensor& pixels, const Orientation& o) {
  at::Tensor turned = o.quarter_turns ? at::rot90(pixels, -o.quarter_turns, {0, 1}) : pixels;
  if (o.mirrored) turned = turned.flip(1);
  return turned.contiguous();
}

class ContainerSource : public FrameSource {
 public:
  ContainerSource(const std::string& path, const ReadOptions& options)
      : demuxer_(path, options.limits), to_rgb_(demuxer_.name()) {
    if (options.opencv_colours) like_opencv_.emplace(demuxer_.name());
    orientation_ = orientation_of(demuxer_.video(), demuxer_.name());
    open_decoder(options.limits);
    // The first frame is decoded at once: what cannot be decoded shall fail here, and only frames
    // tell their colours.
    pending_ = receive();
    if (!pending_) throw DataError(demuxer_.name() + " has no frames");
    describe();
  }

  const ClipInfo& info() const override { return info_; }
  double tick() const override { return av_q2d(demuxer_.video().time_base); }

  std::optional<TimedFrame> next() override {
    demuxer_.start_deadline();
    const UniqueFrame frame = std::move(pending_);
    if (!frame) return std::nullopt;
    TimedFrame out;
    out.pixels = orient(like_opencv_ ? (*like_opencv_)(*frame) : to_rgb_(*frame), orientation_);
    out.begin = begin_;
    pending_ = receive();
    const double shown = static_cast<double>(frame_duration(*frame)) * tick();
    const double usual = info_.fps.num ? 1 / info_.fps.value() : 1.0 / 25;
    if (pending_)
      begin_ = std::max(begin_, time_of(*pending_, begin_ + (shown > 0 ? shown : usual)));
    out.duration = shown > 0 ? shown : usual;
    return out;
  }

 private:
  void open_decoder(const ReadLimits& limits) {
    const AVCodecParameters& parameters = *demuxer_.video().codecpar;
    const AVCodec* codec = avcodec_find_decoder(parameters.codec_id);
    const std::string what = demuxer_.name() + ": codec " + avcodec_get_name(parameters.codec_id);
    if (!codec) throw DataError(what + " is not supported");
    codec_ = new_codec_context(codec);
    av_check<DataError>(avcodec_parameters_to_context(codec_.get(), &parameters), what);
    codec_->pkt_timebase = demuxer_.video().time_base;
    codec_->max_pixels = limits.max_pixels;
    codec_->thread_count = 1;  // errors are reported with the frame that has them, on this thread
    codec_->err_recognition = AV_EF_CRCCHECK | AV_EF_EXPLODE;
    AvOptions options;
    options.set("codec_whitelist", demuxer_.format().codec_whitelist);
    av_check<DataError>(avcodec_open2(codec_.get(), codec, options.get()),
                        what + " cannot be decoded");
  }

  // The next good frame, in the order of display; empty at the end.
  UniqueFrame receive() {
    UniqueFrame frame = new_frame();
    const std::string what =
        demuxer_.name() + ": frame " + std::to_string(frames_) + " cannot be decoded";
    while (true) {
      demuxer_.check_deadline();
      const int ret = avcodec_receive_frame(codec_.get(), frame.get());
      if (ret == AVERROR_EOF) return nullptr;
      if (ret != AVERROR(EAGAIN)) {
        av_check<DataError>(ret, what);
        check_frame(*frame, what);
        ++frames_;
        return frame;
      }
      const UniquePacket packet = demuxer_.next();
      av_check<DataError>(avcodec_send_packet(codec_.get(), packet.get()), what);
    }
  }

  void check_frame(const AVFrame& frame, const std::string& what) {
    if (frame.decode_error_flags != 0 || (frame.flags & AV_FRAME_FLAG_CORRUPT)) {
      throw DataError(what + ": its data is damaged");
    }
    if (frames_ == 0) {
      width_ = frame.width;
      height_ = frame.height;
      first_time_ = frame.best_effort_timestamp;
    } else if (frame.width != width_ || frame.height != height_) {
      throw DataError(demuxer_.name() + " changes its size from " + std::to_string(width_) + "x" +
                      std::to_string(height_) + " to " + std::to_string(frame.width) + "x" +
                      std::to_string(frame.height) + " in frame " + std::to_string(frames_));
    }
  }

  // Seconds after the first frame; `otherwise` when the frame carries no time.
  double time_of(const AVFrame& frame, double otherwise) const {
    if (frame.best_effort_timestamp == AV_NOPTS_VALUE || first_time_ == AV_NOPTS_VALUE)
      return otherwise;
    return (static_cast<double>(frame.best_effort_timestamp) - static_cast<double>(first_time_)) *
           tick();
  }

  void describe() {
    AVStream& stream = demuxer_.video();
    const bool turned = orientation_.quarter_turns % 2 == 1;
    info_.width = turned ? height_ : width_;
    info_.height = turned ? width_ : height_;
    info_.fps = to_rational(av_guess_frame_rate(&demuxer_.format(), &stream, pending_.get()));
    if (stream.avg_frame_rate.num > 0) info_.fps = to_rational(stream.avg_frame_rate);
    info_.frames = stream.nb_frames > 0 ? stream.nb_frames : -1;
    info_.duration = stream.duration > 0 ? static_cast<double>(stream.duration) * tick()
                     : demuxer_.format().duration > 0
                         ? static_cast<double>(demuxer_.format().duration) / AV_TIME_BASE
                         : 0;
    info_.rotation = 90 * orientation_.quarter_turns;
    info_.mirrored = orientation_.mirrored;
    if (pending_->sample_aspect_ratio.num > 0)
      info_.pixel_aspect = to_rational(pending_->sample_aspect_ratio);
    info_.container = demuxer_.format().iformat->name;
    info_.codec = avcodec_get_name(stream.codecpar->codec_id);
    info_.pixel_format =
        text_or_unknown(av_get_pix_fmt_name(static_cast<AVPixelFormat>(pending_->format)));
    if (const auto* desc = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(pending_->format))) {
      for (int i = 0; i < desc->nb_components; ++i)
        info_.bits = std::max(info_.bits, desc->comp[i].depth);
      info_.has_alpha = (desc->flags & AV_PIX_FMT_FLAG_ALPHA) != 0;
    }
    info_.matrix = text_or_unknown(av_color_space_name(pending_->colorspace));
    info_.primaries = text_or_unknown(av_color_primaries_name(pending_->color_primaries));
    info_.transfer = text_or_unknown(av_color_transfer_name(pending_->color_trc));
    info_.range = text_or_unknown(av_color_range_name(pending_->color_range));
  }

  Demuxer demuxer_;
  ToRgb to_rgb_;
  std::optional<ToRgbLikeOpenCv> like_opencv_;  // takes its place
  UniqueCodec codec_;
  Orientation orientation_;
  ClipInfo info_;
  UniqueFrame pending_;  // decoded, not yet handed out
  double begin_ = 0;     // of pending_
  int64_t frames_ = 0;   // decoded so far
  int width_ = 0;        // as stored
  int height_ = 0;
  int64_t first_time_ = AV_NOPTS_VALUE;
};

}  // namespace

std::unique_ptr<FrameSource> open_container(const std::string& path, const ReadOptions& options) {
  return std::make_unique<ContainerSource>(path, options);
}

}  // namespace flowreel
