#include "codecs/frame.h"

#include <ATen/ops/empty.h>

extern "C" {
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
}

#include <array>
#include <cstring>
#include <vector>

namespace flowreel {
namespace {

// Rounded and C-exact everywhere, so that frames do not depend on the machine's vector unit.
constexpr int kScalerFlags =
    SWS_BICUBIC | SWS_ACCURATE_RND | SWS_BITEXACT | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP;

constexpr int kLeft = 0, kCentre = 128;  // swscale's chroma positions, in 1/256 of a luma sample
enum Range { kLimited = 0, kFull = 1 };

// The deprecated "J" formats are the plain ones with full range.
AVPixelFormat without_j(int format) {
  switch (format) {
    case AV_PIX_FMT_YUVJ411P:
      return AV_PIX_FMT_YUV411P;
    case AV_PIX_FMT_YUVJ420P:
      return AV_PIX_FMT_YUV420P;
    case AV_PIX_FMT_YUVJ422P:
      return AV_PIX_FMT_YUV422P;
    case AV_PIX_FMT_YUVJ440P:
      return AV_PIX_FMT_YUV440P;
    case AV_PIX_FMT_YUVJ444P:
      return AV_PIX_FMT_YUV444P;
    default:
      return static_cast<AVPixelFormat>(format);
  }
}

// swscale's number of the matrix, or -1.
int scaler_matrix(const AVFrame& frame) {
  switch (frame.colorspace) {
    case AVCOL_SPC_BT709:
      return SWS_CS_ITU709;
    case AVCOL_SPC_BT470BG:
    case AVCOL_SPC_SMPTE170M:
      return SWS_CS_ITU601;
    case AVCOL_SPC_BT2020_NCL:
      return SWS_CS_BT2020;
    case AVCOL_SPC_SMPTE240M:
      return SWS_CS_SMPTE240M;
    case AVCOL_SPC_FCC:
      return SWS_CS_FCC;
    case AVCOL_SPC_UNSPECIFIED:
      return frame.height >= 720 ? SWS_CS_ITU709 : SWS_CS_ITU601;
    default:
      return -1;
  }
}

// Vertical positions matter for 4:2:0 only, where all but the top-sited are half-way between two
// lines.
void set_chroma(SwsContext* scaler, const std::string& side, const AVPixFmtDescriptor& desc,
                int location) {
  const bool centre = location == AVCHROMA_LOC_CENTER || location == AVCHROMA_LOC_TOP;
  const bool top = location == AVCHROMA_LOC_TOPLEFT || location == AVCHROMA_LOC_TOP;
  if (desc.log2_chroma_w == 1)
    av_opt_set_int(scaler, (side + "_h_chr_pos").c_str(), centre ? kCentre : kLeft, 0);
  if (desc.log2_chroma_h == 1)
    av_opt_set_int(scaler, (side + "_v_chr_pos").c_str(), top ? 0 : 128, 0);
}

UniqueScaler new_scaler(int width, int height, AVPixelFormat from, AVPixelFormat to) {
  UniqueScaler scaler(sws_alloc_context());
  if (!scaler) throw MemoryError("out of memory in swscale");
  for (const char* side : {"src", "dst"}) {
    av_opt_set_int(scaler.get(), (std::string(side) + "w").c_str(), width, 0);
    av_opt_set_int(scaler.get(), (std::string(side) + "h").c_str(), height, 0);
    av_opt_set_int(scaler.get(), (std::string(side) + "_format").c_str(),
                   side[0] == 's' ? from : to, 0);
  }
  av_opt_set_int(scaler.get(), "sws_flags", kScalerFlags, 0);
  return scaler;
}

void set_colour(SwsContext* scaler, int matrix, int from_range, int to_range) {
  const int* table = sws_getCoefficients(matrix);
  constexpr int kOne = 1 << 16;  // neutral contrast and saturation, 16.16
  sws_setColorspaceDetails(scaler, table, from_range, table, to_range, 0, kOne, kOne);
}

// Every code of a component → 8 bits, rounded.
std::vector<uint8_t> levels(int depth, bool limited) {
  const int count = 1 << depth;
  const double low = limited ? 16.0 * count / 256 : 0;
  const double high = limited ? 235.0 * count / 256 : count - 1;
  std::vector<uint8_t> table(static_cast<size_t>(count));
  for (int code = 0; code < count; ++code) {
    const double value = (code - low) * 255.0 / (high - low) + 0.5;
    table[static_cast<size_t>(code)] = static_cast<uint8_t>(value < 0     ? 0
                                                            : value > 255 ? 255
                                                                          : value);
  }
  return table;
}

// A palette holds 0xAARRGGBB in the machine's own byte order.
at::Tensor from_palette(const AVFrame& frame) {
  at::Tensor pixels = at::empty({frame.height, frame.width, 3}, at::kByte);
  auto* out = pixels.data_ptr<uint8_t>();
  std::array<uint32_t, 256> palette{};
  std::memcpy(palette.data(), frame.data[1], AVPALETTE_SIZE);
  for (int y = 0; y < frame.height; ++y) {
    const uint8_t* row = frame.data[0] + static_cast<ptrdiff_t>(y) * frame.linesize[0];
    for (int x = 0; x < frame.width; ++x) {
      const uint32_t colour = palette[row[x]];
      for (int shift : {16, 8, 0}) *out++ = static_cast<uint8_t>(colour >> shift);
    }
  }
  return pixels;
}

// RGB and grey of any depth: sample by sample, no arithmetic but the rounding.
at::Tensor from_samples(const AVFrame& frame, const AVPixFmtDescriptor& desc) {
  at::Tensor pixels = at::empty({frame.height, frame.width, 3}, at::kByte);
  auto* out = pixels.data_ptr<uint8_t>();
  const bool grey = desc.nb_components <= 2;
  std::array<std::vector<uint8_t>, 3> tables;
  for (int c = 0; c < 3; ++c) {
    tables[c] = levels(desc.comp[grey ? 0 : c].depth, frame.color_range == AVCOL_RANGE_MPEG);
  }
  std::array<const uint8_t*, 4> data{frame.data[0], frame.data[1], frame.data[2], frame.data[3]};
  std::vector<uint16_t> line(static_cast<size_t>(frame.width));
  for (int y = 0; y < frame.height; ++y) {
    for (int c = 0; c < 3; ++c) {
      if (!grey || c == 0) {
        av_read_image_line2(line.data(), data.data(), frame.linesize, &desc, 0, y, c, frame.width,
                            0, 2);
      }
      const std::vector<uint8_t>& table = tables[c];
      uint8_t* row = out + static_cast<size_t>(y) * frame.width * 3 + c;
      for (int x = 0; x < frame.width; ++x) row[3 * x] = table[line[static_cast<size_t>(x)]];
    }
  }
  return pixels;
}

}  // namespace

at::Tensor ToRgb::operator()(const AVFrame& frame) {
  const AVPixFmtDescriptor* desc = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
  constexpr uint64_t kRefused =
      AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_BAYER | AV_PIX_FMT_FLAG_FLOAT;
  if (!desc || (desc->flags & kRefused) || desc->comp[0].depth > 16) {
    throw DataError(name_ + ": pixel format " + (desc ? desc->name : "unknown") +
                    " is not supported: expected 8 to 16 bit YUV, RGB, palette or grey");
  }
  if (desc->flags & AV_PIX_FMT_FLAG_PAL) return from_palette(frame);
  const bool samples = (desc->flags & AV_PIX_FMT_FLAG_RGB) || desc->nb_components <= 2;
  return samples ? from_samples(frame, *desc) : from_yuv(frame);
}

at::Tensor ToRgb::from_yuv(const AVFrame& frame) {
  const int matrix = scaler_matrix(frame);
  if (matrix < 0) {
    const char* name = av_color_space_name(frame.colorspace);
    throw DataError(name_ + ": colour matrix " + (name ? name : "unknown") +
                    " is not supported: expected BT.601, BT.709 or BT.2020 (non-constant)");
  }
  const AVPixelFormat format = without_j(frame.format);
  const bool full = frame.color_range == AVCOL_RANGE_JPEG || format != frame.format;
  const Key key{frame.width,          frame.height, format, matrix, full ? kFull : kLimited,
                frame.chroma_location};
  if (!scaler_ || !(key == key_)) prepare(key);
  at::Tensor pixels = at::empty({frame.height, frame.width, 3}, at::kByte);
  std::array<uint8_t*, 4> data{pixels.data_ptr<uint8_t>()};
  std::array<int, 4> stride{3 * frame.width};
  av_check<DataError>(sws_scale(scaler_.get(), frame.data, frame.linesize, 0, frame.height,
                                data.data(), stride.data()),
                      name_ + " cannot be converted to RGB");
  return pixels;
}

void ToRgb::prepare(const Key& key) {
  const auto format = static_cast<AVPixelFormat>(key.format);
  scaler_ = new_scaler(key.width, key.height, format, AV_PIX_FMT_RGB24);
  set_chroma(scaler_.get(), "src", *av_pix_fmt_desc_get(format), key.chroma);
  av_check<DataError>(sws_init_context(scaler_.get(), nullptr, nullptr),
                      name_ + " cannot be converted to RGB");
  set_colour(scaler_.get(), key.matrix, key.range, kFull);
  key_ = key;
}

FromRgb::FromRgb(int width, int height, AVPixelFormat format)
    : width_(width), height_(height), format_(format) {
  if (format == AV_PIX_FMT_RGB24) return;
  const AVPixFmtDescriptor& desc = *av_pix_fmt_desc_get(format);
  const bool rgb = (desc.flags & AV_PIX_FMT_FLAG_RGB) != 0;
  scaler_ = new_scaler(width, height, AV_PIX_FMT_RGB24, format);
  set_chroma(scaler_.get(), "dst", desc, AVCHROMA_LOC_LEFT);
  av_check<UsageError>(sws_init_context(scaler_.get(), nullptr, nullptr),
                       "frames cannot be converted to " + std::string(desc.name));
  set_colour(scaler_.get(), SWS_CS_ITU709, kFull, rgb ? kFull : kLimited);
}

UniqueFrame FromRgb::operator()(const at::Tensor& pixels) {
  check_pixels(pixels, height_, width_, "frame");
  const at::Tensor rgb = pixels.contiguous();
  UniqueFrame frame = new_frame();
  frame->width = width_;
  frame->height = height_;
  frame->format = format_;
  av_check<IoError>(av_frame_get_buffer(frame.get(), 0), "a frame cannot be allocated");
  std::array<const uint8_t*, 4> data{rgb.data_ptr<uint8_t>()};
  std::array<int, 4> stride{3 * width_};
  if (scaler_) {
    av_check<IoError>(sws_scale(scaler_.get(), data.data(), stride.data(), 0, height_, frame->data,
                                frame->linesize),
                      "a frame cannot be converted");
  } else {
    av_image_copy_plane(frame->data[0], frame->linesize[0], data[0], stride[0], 3 * width_,
                        height_);
  }
  const bool rgb_out = (av_pix_fmt_desc_get(format_)->flags & AV_PIX_FMT_FLAG_RGB) != 0;
  frame->color_range = rgb_out ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
  frame->colorspace = rgb_out ? AVCOL_SPC_RGB : AVCOL_SPC_BT709;
  frame->color_primaries = AVCOL_PRI_BT709;
  frame->color_trc = rgb_out ? AVCOL_TRC_IEC61966_2_1 : AVCOL_TRC_BT709;
  if (!rgb_out) frame->chroma_location = AVCHROMA_LOC_LEFT;
  return frame;
}

void check_pixels(const at::Tensor& pixels, int height, int width, const std::string& what) {
  const bool right = pixels.defined() && pixels.scalar_type() == at::kByte &&
                     pixels.device().is_cpu() && pixels.dim() == 3 && pixels.size(0) == height &&
                     pixels.size(1) == width && pixels.size(2) == 3;
  if (right) return;
  std::string found = "nothing";
  if (pixels.defined()) {
    found = std::string(c10::toString(pixels.scalar_type())) + " [";
    for (int64_t i = 0; i < pixels.dim(); ++i) {
      if (i > 0) found += ",";
      found += std::to_string(pixels.size(i));
    }
    found += "]";
  }
  throw UsageError(what + " is " + found + "; expected Byte [" + std::to_string(height) + "," +
                   std::to_string(width) + ",3] on the CPU");
}

}  // namespace flowreel
