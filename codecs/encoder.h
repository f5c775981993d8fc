// libav's encoders, set up so that the same frames give the same bytes.
#pragma once

#include <string>

#include "codecs/av.h"
#include "codecs/writer.h"

namespace flowreel {

// One row per codec: what encodes it, in which pixels, into which files.
struct EncoderRow {
  Codec codec;
  const char* name;     // as a person writes it
  const char* encoder;  // libav's name
  AVPixelFormat format;
  const char* extensions;  // ".a.b."; empty: a folder
  double crf;              // default; -1: has none
  double max_crf;
  const char* preset;   // default
  const char* presets;  // " a b "; empty: has none
  int usual_min_side;   // pixels; what releases of this encoder ask for at least, where they do
};

const EncoderRow& encoder_row(Codec codec);

// UnavailableError when this FFmpeg was built without it.
const AVCodec* require_encoder(const std::string& name);

// UsageError for sizes, rates and qualities the codec cannot have.
void check_writer_options(const WriterOptions& options);

// An opened encoder. UsageError when it refuses the options (as an unknown preset).
UniqueCodec open_encoder(const WriterOptions& options, bool global_header);

}  // namespace flowreel
