// An opened container: whitelisted, bounded, with one video stream chosen. Nothing is decoded here.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "codecs/av.h"
#include "codecs/clip.h"
#include "codecs/file_io.h"
#include "files/file.h"

namespace flowreel {

class Demuxer {
 public:
  // Errors as in file.h; DataError: not a permitted container, broken, over a limit, or without a
  // video stream.
  Demuxer(const std::string& path, const ReadLimits& limits);

  // The next packet of the video stream; empty at its end. DataError when the file ends early or is
  // damaged.
  UniquePacket next();

  const std::string& name() const { return name_; }  // the path in quotes, for messages
  AVFormatContext& format() const { return *format_; }
  AVStream& video() const { return *video_; }
  void start_deadline() { deadline_.start(limits_.seconds_per_call); }
  void check_deadline() const;

 private:
  const AVInputFormat* probe();
  void open(const AVInputFormat* container);
  void choose_video();
  void check_complete();

  std::string name_;
  ReadLimits limits_;
  InputFile file_;
  Deadline deadline_;
  FileIo io_;
  UniqueInput format_;
  AVStream* video_ = nullptr;
  int64_t packets_ = 0;
};

// The container's text tags, keys in lower case (Matroska stores them in capitals). Errors as
// Demuxer.
std::map<std::string, std::string> read_clip_metadata(const std::string& path);

}  // namespace flowreel
