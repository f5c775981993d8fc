#include "codecs/encoder.h"

#include <array>
#include <cmath>
#include <cstdlib>
#include <mutex>

#include "errors/quote.h"

namespace flowreel {
namespace {

constexpr const char* kX26xPresets =
    " ultrafast superfast veryfast faster fast medium slow slower veryslow placebo ";

constexpr std::array<EncoderRow, 5> kEncoders{{
    {Codec::H264, "h264", "libx264", AV_PIX_FMT_YUV420P, ".mp4.mov.mkv.", 18, 51, "medium",
     kX26xPresets, 0},
    {Codec::H265, "h265", "libx265", AV_PIX_FMT_YUV420P, ".mp4.mov.mkv.", 20, 51, "medium",
     kX26xPresets, 0},
    {Codec::Av1, "av1", "libsvtav1", AV_PIX_FMT_YUV420P, ".mp4.mkv.webm.", 30, 63, "8",
     " 0 1 2 3 4 5 6 7 8 9 10 11 12 13 ", 64},
    {Codec::Ffv1, "ffv1", "ffv1", AV_PIX_FMT_0RGB32, ".mkv.", -1, -1, "", "", 0},
    {Codec::Png, "png", "png", AV_PIX_FMT_RGB24, "", -1, -1, "", "", 0},
}};

// SVT-AV1 prints to stderr unless its own variable says otherwise; a person's choice stands.
void silence_svt_av1() {
  static std::once_flag once;
  std::call_once(once, [] { ::setenv("SVT_LOG", "0", 0); });
}

void set_quality(const WriterOptions& options, const EncoderRow& row, AVCodecContext& context,
                 AvOptions& private_options) {
  if (row.crf < 0) return;
  if (const std::optional<double> crf = effective_crf(options)) {
    private_options.set("crf", number_text(*crf));
  } else {
    context.bit_rate = options.bitrate;
  }
  private_options.set("preset", options.preset.empty() ? row.preset : options.preset);
}

// Every choice an encoder would make by the number of cores, or by the vector unit, is made here.
void set_reproducible(const WriterOptions& options, AVCodecContext& context,
                      AvOptions& private_options) {
  const std::string threads = std::to_string(options.threads);
  context.thread_count = options.threads;
  context.flags |= AV_CODEC_FLAG_BITEXACT;
  switch (options.codec) {
    case Codec::H264:
      private_options.set("x264-params", "cpu-independent=1");
      break;
    case Codec::H265:
      private_options.set("x265-params", "log-level=none:frame-threads=1:pools=" + threads);
      break;
    case Codec::Av1:
      silence_svt_av1();
      private_options.set("svtav1-params", "lp=" + threads);
      break;
    case Codec::Ffv1:
      context.level = 3;
      context.gop_size = 1;
      context.slices = 4;
      private_options.set("slicecrc", "1");
      break;
    case Codec::Png:
      break;
  }
}

void set_colour(const EncoderRow& row, AVCodecContext& context) {
  const bool rgb = row.format != AV_PIX_FMT_YUV420P;
  context.color_range = rgb ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
  context.colorspace = rgb ? AVCOL_SPC_RGB : AVCOL_SPC_BT709;
  context.color_primaries = AVCOL_PRI_BT709;
  context.color_trc = rgb ? AVCOL_TRC_IEC61966_2_1 : AVCOL_TRC_BT709;
  if (!rgb) context.chroma_sample_location = AVCHROMA_LOC_LEFT;
}

// Minimum sizes are the encoder's own and differ from release to release: it is asked first.
std::string refusal(const WriterOptions& options, const EncoderRow& row) {
  const int least = row.usual_min_side;
  const std::string size = std::to_string(options.width) + "x" + std::to_string(options.height);
  std::string text = std::string("the encoder ") + row.encoder + " refuses " + size;
  if (options.width >= least && options.height >= least) return text + " at these settings";
  return text + "; expected at least " + std::to_string(least) + "x" + std::to_string(least) +
         " for " + row.name;
}

void check_crf(double crf, const EncoderRow& row) {
  // SVT-AV1 takes whole numbers, and FFmpeg takes its 0 for "not given".
  const bool whole = row.codec == Codec::Av1;
  const double least = whole ? 1 : 0;
  if (crf >= least && crf <= row.max_crf && (!whole || crf == std::floor(crf))) return;
  const std::string range = number_text(least) + " to " + number_text(row.max_crf);
  throw UsageError("crf " + number_text(crf) + " does not fit " + row.name +
                   (row.max_crf < 0 ? ", which is lossless" : ": expected " + range) +
                   (whole ? ", a whole number" : ""));
}

}  // namespace

const EncoderRow& encoder_row(Codec codec) {
  for (const EncoderRow& row : kEncoders) {
    if (row.codec == codec) return row;
  }
  throw UsageError("codec number " + std::to_string(static_cast<int>(codec)) + " does not exist");
}

Codec parse_codec(const std::string& name) {
  for (const EncoderRow& row : kEncoders) {
    if (name == row.name) return row.codec;
  }
  throw UsageError("codec \"" + name + "\" is not known: expected h264, h265, av1, ffv1 or png");
}

std::string codec_name(Codec codec) { return encoder_row(codec).name; }

std::optional<double> effective_crf(const WriterOptions& options) {
  const EncoderRow& row = encoder_row(options.codec);
  if (row.crf < 0 || options.bitrate > 0) return std::nullopt;
  return options.crf < 0 ? row.crf : options.crf;
}

const AVCodec* require_encoder(const std::string& name) {
  const AVCodec* codec = avcodec_find_encoder_by_name(name.c_str());
  if (!codec) throw UnavailableError("this FFmpeg was built without the encoder " + name);
  return codec;
}

void check_writer_options(const WriterOptions& options) {
  const EncoderRow& row = encoder_row(options.codec);
  const std::string size = std::to_string(options.width) + "x" + std::to_string(options.height);
  if (options.width < 1 || options.height < 1 || options.width > 16384 || options.height > 16384) {
    throw UsageError("size " + size + " is out of range: expected 1 to 16384 pixels each way");
  }
  if (row.format == AV_PIX_FMT_YUV420P && (options.width % 2 != 0 || options.height % 2 != 0)) {
    throw UsageError("size " + size + " is odd: " + row.name +
                     " needs an even width and height (ffv1 and png do not)");
  }
  const double fps = options.fps.value();
  if (options.fps.num < 1 || options.fps.den < 1 || !(fps >= 0.01 && fps <= 1000)) {
    throw UsageError("frame rate " + std::to_string(options.fps.num) + "/" +
                     std::to_string(options.fps.den) +
                     " is out of range: expected 0.01 to 1000 per second");
  }
  if (options.crf != -1) check_crf(options.crf, row);
  if (options.bitrate < 0 || (options.bitrate > 0 && (row.crf < 0 || options.crf != -1))) {
    throw UsageError("bitrate " + std::to_string(options.bitrate) +
                     " does not fit: expected a positive number, a lossy codec " +
                     "and no crf beside it");
  }
  if (!options.preset.empty() &&
      std::string(row.presets).find(" " + options.preset + " ") == std::string::npos) {
    throw UsageError("preset \"" + options.preset + "\" does not fit " + row.name +
                     (*row.presets ? std::string(": expected one of") + row.presets
                                   : std::string(", which has none")));
  }
  if (options.threads < 1 || options.threads > 64) {
    throw UsageError("threads " + std::to_string(options.threads) +
                     " is out of range: expected 1 to 64");
  }
}

UniqueCodec open_encoder(const WriterOptions& options, bool global_header) {
  const EncoderRow& row = encoder_row(options.codec);
  const AVCodec* codec = require_encoder(row.encoder);
  UniqueCodec context = new_codec_context(codec);
  context->width = options.width;
  context->height = options.height;
  context->pix_fmt = row.format;
  context->time_base = {options.fps.den, options.fps.num};
  context->framerate = {options.fps.num, options.fps.den};
  context->sample_aspect_ratio = {1, 1};
  if (global_header) context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  // Apple's players want H.265 with its parameter sets in the header only, and this name for it.
  if (options.codec == Codec::H265) context->codec_tag = MKTAG('h', 'v', 'c', '1');
  AvOptions private_options;
  set_colour(row, *context);
  set_quality(options, row, *context, private_options);
  set_reproducible(options, *context, private_options);
  av_check<UsageError>(avcodec_open2(context.get(), codec, private_options.get()),
                       refusal(options, row));
  const std::string unused = private_options.first_unused();
  if (!unused.empty())
    throw UnavailableError(std::string("the encoder ") + row.encoder + " does not know " + unused);
  return context;
}

}  // namespace flowreel
