// Frames into clips: H.264, H.265, AV1, lossless FFV1, or a folder of PNG images; one frame at a
// time.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "codecs/clip.h"
#include "files/publish.h"

namespace flowreel {

enum class Codec { H264, H265, Av1, Ffv1, Png };

// "h264", "h265", "av1", "ffv1", "png"; UsageError for anything else.
Codec parse_codec(const std::string& name);
std::string codec_name(Codec codec);

struct WriterOptions {
  Codec codec = Codec::H264;
  int width = 0;  // pixels; even for H.264, H.265 and AV1, whose chroma has half the size
  int height = 0;
  Rational fps{24, 1};
  double crf = -1;  // constant quality, lower is better; -1: 18 for H.264, 20 for H.265, 30 for AV1
  int64_t bitrate = 0;  // bits per second; takes the place of crf when > 0
  int threads = 4;      // of the encoder. Part of the result: another count gives other bytes
  std::string preset;   // the encoder's own name for speed against size; empty: "medium", AV1 "8"
  // Text tags of the container ("comment", "title", names of one's own); MP4 keeps any name,
  // Matroska in capitals. A folder of PNG keeps none.
  std::map<std::string, std::string> metadata;
  bool overwrite = false;
};

// The constant quality of such an encode; none where a bitrate or a lossless codec decides.
std::optional<double> effective_crf(const WriterOptions& options);

// What carries a clip, chosen by the codec: a container file or a folder.
class ClipSink {
 public:
  virtual ~ClipSink() = default;
  virtual void write(const at::Tensor& pixels) = 0;
  virtual void set_metadata(const std::string& key, const std::string& value) = 0;
  // Completes and syncs it under its temporary name, which is removed when the sink goes.
  virtual StagedOutput stage() = 0;
};

// The file carries the codec that was asked for or none at all: H.264 in .mp4 .mov .mkv; H.265 the
// same; AV1 in .mp4 .mkv .webm; FFV1 in .mkv; PNG in a folder (frame_00000.png …). Lossy codecs get
// 4:2:0 in BT.709, limited range, tagged; FFV1 keeps RGB exactly. MP4 has its index first. The same
// frames and options give the same bytes.
//
// Written under a temporary name in the same folder, synced, renamed by finish(); a writer that
// goes away without finish() removes what it wrote.
class VideoWriter {
 public:
  // UsageError: options or a file name's ending that do not fit; UnavailableError: this FFmpeg
  // lacks the encoder; OutputError: cannot be created, or exists and overwrite is false; PathError:
  // not a local path.
  VideoWriter(const std::string& path, const WriterOptions& options);
  VideoWriter(VideoWriter&&) noexcept;
  VideoWriter& operator=(VideoWriter&&) noexcept;
  ~VideoWriter();

  // The next frame, [height,width,3] uint8 RGB on the CPU. UsageError, IoError (a full disk).
  void write(const at::Tensor& pixels);

  // Adds or replaces a text tag. MP4 and MOV take it until finish(), Matroska and WebM until the
  // first frame and not later; a folder of PNG keeps none.
  void set_metadata(const std::string& key, const std::string& value);

  // UsageError without a frame; IoError, OutputError. Nothing can be written afterwards.
  void finish();

  // Instead of finish(): completes the clip, for a publish() together with other outputs, until
  // which this writer must live. Errors as finish().
  StagedOutput stage();

  int64_t frames() const { return frames_; }

 private:
  std::unique_ptr<ClipSink> sink_;
  int64_t frames_ = 0;
  bool finished_ = false;
};

}  // namespace flowreel
