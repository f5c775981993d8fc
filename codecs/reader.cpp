#include "codecs/reader.h"

#include <ATen/ops/empty.h>

#include <cmath>
#include <vector>

#include "codecs/av.h"
#include "codecs/resize.h"
#include "codecs/source.h"
#include "errors/quote.h"
#include "files/file.h"

namespace flowreel {
namespace {

void check_options(const ReadOptions& options) {
  if (options.fps != 0) frame_rate(options.fps);
  if ((options.width == 0) != (options.height == 0) || options.width < 0 || options.height < 0) {
    throw UsageError("size " + std::to_string(options.width) + "x" +
                     std::to_string(options.height) +
                     " is half given: expected both width and height, or neither");
  }
}

std::unique_ptr<TimedFrame> take(FrameSource& source, const ReadLimits& limits) {
  std::optional<TimedFrame> frame = source.next();
  if (!frame) return nullptr;
  if (!(frame->begin <= limits.max_duration)) {
    throw DataError("the clip's time stamps reach " + std::to_string(frame->begin) +
                    " s; at most " + std::to_string(limits.max_duration) + " s are resampled");
  }
  return std::make_unique<TimedFrame>(std::move(*frame));
}

}  // namespace

Rational frame_rate(double fps) {
  if (!(fps >= 0.01 && fps <= 1000)) {
    throw UsageError("frame rate " + std::to_string(fps) +
                     " is out of range: expected 0.01 to 1000 per second");
  }
  // 23.976, 29.97, 59.94 and their likes, however many digits are given.
  for (const int whole : {24, 30, 48, 60, 120}) {
    if (std::fabs(fps - whole / 1.001) < 5e-4) return {whole * 1000, 1001};
  }
  const AVRational q = av_d2q(fps, 100'000);
  return {q.num, q.den};
}

VideoReader VideoReader::open(const std::string& path, const ReadOptions& options) {
  check_options(options);
  const bool folder = is_directory(path);
  return {folder ? open_folder(path, options.folder_fps, options.limits)
                 : open_container(path, options),
          options};
}

VideoReader::VideoReader(std::unique_ptr<FrameSource> source, const ReadOptions& options)
    : source_(std::move(source)), options_(options) {}
VideoReader::VideoReader(VideoReader&&) noexcept = default;
VideoReader& VideoReader::operator=(VideoReader&&) noexcept = default;
VideoReader::~VideoReader() = default;

const ClipInfo& VideoReader::info() const { return source_->info(); }

std::optional<at::Tensor> VideoReader::next() {
  if (options_.max_frames >= 0 && frames_ >= options_.max_frames) return std::nullopt;
  std::optional<at::Tensor> frame = options_.fps == 0 ? next_of_source() : next_resampled();
  if (!frame) return std::nullopt;
  ++frames_;
  return options_.width ? resize_cover(*frame, options_.width, options_.height) : frame;
}

std::optional<at::Tensor> VideoReader::next_of_source() {
  std::optional<TimedFrame> frame = source_->next();
  if (!frame) return std::nullopt;
  return std::move(frame->pixels);
}

std::optional<at::Tensor> VideoReader::next_resampled() {
  const double time = static_cast<double>(frames_) / options_.fps;
  // One tick forgives the container's rounding, but never so much that a whole output frame slips.
  const double slack = std::min(source_->tick(), 0.25 / options_.fps) + 1e-9;
  if (!current_ && frames_ == 0) {
    current_ = take(*source_, options_.limits);
    ahead_ = take(*source_, options_.limits);
  }
  while (ahead_ && ahead_->begin <= time + slack) {
    current_ = std::move(ahead_);
    ahead_ = take(*source_, options_.limits);
  }
  if (!current_) return std::nullopt;
  if (!ahead_ && frames_ > 0 && time >= current_->begin + current_->duration - slack)
    return std::nullopt;
  return current_->pixels;
}

at::Tensor read_clip(const std::string& path, const ReadOptions& options) {
  VideoReader reader = VideoReader::open(path, options);
  std::vector<at::Tensor> frames;
  int64_t bytes = 0;
  while (std::optional<at::Tensor> frame = reader.next()) {
    bytes += frame->numel();
    if (bytes > options.limits.max_clip_bytes) {
      throw DataError(quote(path) + " needs more than " +
                      std::to_string(options.limits.max_clip_bytes) +
                      " bytes of memory as frames; read fewer or smaller ones");
    }
    frames.push_back(std::move(*frame));
  }
  if (frames.empty()) throw DataError(quote(path) + " gives no frames");
  const int64_t height = frames[0].size(0), width = frames[0].size(1);
  at::Tensor clip = at::empty({static_cast<int64_t>(frames.size()), height, width, 3}, at::kByte);
  for (size_t i = 0; i < frames.size(); ++i) {
    clip[static_cast<int64_t>(i)].copy_(frames[i]);
    frames[i].reset();  // the two copies of a long clip do not exist at once
  }
  return clip;
}

}  // namespace flowreel
