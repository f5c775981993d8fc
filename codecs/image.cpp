#include "codecs/image.h"

#include <ATen/ops/rot90.h>

#include <cstring>

#include "codecs/frame.h"
#include "codecs/image_header.h"
#include "errors/quote.h"
#include "files/file.h"
#include "files/output_file.h"

namespace flowreel {
namespace {

const AVCodec* decoder_of(ImageKind kind, const std::string& name) {
  const AVCodecID id = kind == ImageKind::Png    ? AV_CODEC_ID_PNG
                       : kind == ImageKind::Jpeg ? AV_CODEC_ID_MJPEG
                                                 : AV_CODEC_ID_WEBP;
  const AVCodec* codec = avcodec_find_decoder(id);
  if (!codec) throw DataError(name + ": this FFmpeg cannot decode " + avcodec_get_name(id));
  return codec;
}

UniqueFrame decode(const std::vector<uint8_t>& data, ImageKind kind, int64_t max_pixels,
                   const std::string& name) {
  const AVCodec* codec = decoder_of(kind, name);
  UniqueCodec context = new_codec_context(codec);
  context->max_pixels = max_pixels;
  context->thread_count = 1;
  context->err_recognition = AV_EF_CRCCHECK | AV_EF_BITSTREAM | AV_EF_BUFFER | AV_EF_EXPLODE;
  av_check<DataError>(avcodec_open2(context.get(), codec, nullptr), name);

  UniquePacket packet = new_packet();
  av_check<DataError>(av_new_packet(packet.get(), static_cast<int>(data.size())), name);
  std::memcpy(packet->data, data.data(), data.size());
  UniqueFrame frame = new_frame();
  const std::string what = name + " cannot be decoded";
  take_libav_error();
  av_check<DataError>(avcodec_send_packet(context.get(), packet.get()), what);
  avcodec_send_packet(context.get(), nullptr);
  av_check<DataError>(avcodec_receive_frame(context.get(), frame.get()), what);
  // Some faults are only logged, the missing part of the picture being filled with something.
  const std::string complaint = take_libav_error();
  if (!complaint.empty() || frame->decode_error_flags != 0 ||
      (frame->flags & AV_FRAME_FLAG_CORRUPT)) {
    throw DataError(name + " is cut short or damaged" +
                    (complaint.empty() ? "" : " (" + complaint + ")"));
  }
  return frame;
}

// EXIF 2.3, 4.6.4 A: which side of the stored picture is up.
at::Tensor upright(const at::Tensor& p, int orientation) {
  switch (orientation) {
    case 2:
      return p.flip(1).contiguous();
    case 3:
      return p.flip({0, 1}).contiguous();
    case 4:
      return p.flip(0).contiguous();
    case 5:
      return p.transpose(0, 1).contiguous();
    case 6:
      return at::rot90(p, -1, {0, 1}).contiguous();
    case 7:
      return p.transpose(0, 1).flip({0, 1}).contiguous();
    case 8:
      return at::rot90(p, 1, {0, 1}).contiguous();
    default:
      return p;
  }
}

}  // namespace

at::Tensor read_image(const std::string& path, const ImageLimits& limits) {
  silence_libav();
  const std::string name = quote(path);
  const std::vector<uint8_t> data = read_all(InputFile(path), limits.max_bytes);
  const ImageHeader header = read_image_header(data, name, limits.max_pixels);
  const UniqueFrame frame = decode(data, header.kind, limits.max_pixels, name);
  return upright(ToRgb(name)(*frame), header.orientation);
}

std::vector<uint8_t> encode_png(const at::Tensor& pixels) {
  silence_libav();
  if (!pixels.defined() || pixels.dim() != 3)
    throw UsageError("a PNG is written from [H,W,3] pixels");
  const int height = static_cast<int>(pixels.size(0)), width = static_cast<int>(pixels.size(1));
  const UniqueFrame frame = FromRgb(width, height, AV_PIX_FMT_RGB24)(pixels);
  const std::string what = "a PNG cannot be encoded";
  const AVCodec* codec = avcodec_find_encoder(AV_CODEC_ID_PNG);
  if (!codec) throw UnavailableError("this FFmpeg has no PNG encoder");
  UniqueCodec context = new_codec_context(codec);
  context->width = width;
  context->height = height;
  context->pix_fmt = AV_PIX_FMT_RGB24;
  context->time_base = {1, 25};
  context->thread_count = 1;
  context->flags |= AV_CODEC_FLAG_BITEXACT;
  av_check<IoError>(avcodec_open2(context.get(), codec, nullptr), what);
  UniquePacket packet = new_packet();
  av_check<IoError>(avcodec_send_frame(context.get(), frame.get()), what);
  av_check<IoError>(avcodec_send_frame(context.get(), nullptr), what);
  av_check<IoError>(avcodec_receive_packet(context.get(), packet.get()), what);

  return {packet->data, packet->data + packet->size};
}

void write_png(const std::string& path, const at::Tensor& pixels, bool overwrite) {
  const std::vector<uint8_t> bytes = encode_png(pixels);
  OutputFile file(path, overwrite);
  file.write(bytes.data(), bytes.size());
  file.commit();
}

}  // namespace flowreel
