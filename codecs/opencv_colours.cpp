#include "codecs/opencv_colours.h"

#include <ATen/ops/empty.h>

extern "C" {
#include <libavutil/pixdesc.h>
}

#include <array>

namespace flowreel {

at::Tensor ToRgbLikeOpenCv::operator()(const AVFrame& frame) {
  const auto format = static_cast<AVPixelFormat>(frame.format);
  if (frame.width != width_ || frame.height != height_ || format != format_) {
    scaler_.reset(sws_getContext(frame.width, frame.height, format, frame.width, frame.height,
                                 AV_PIX_FMT_BGR24, SWS_BICUBIC, nullptr, nullptr, nullptr));
    if (!scaler_) {
      const char* text = av_get_pix_fmt_name(format);
      throw DataError(name_ + ": pixel format " + (text ? text : "unknown") +
                      " is not supported: expected one that swscale reads");
    }
    width_ = frame.width;
    height_ = frame.height;
    format_ = format;
  }
  // Rows of a multiple of 64 bytes, as OpenCV's: the fast converters write beyond a row's end.
  const int64_t stride = (int64_t{frame.width} * 3 + 63) / 64 * 64 + 64;
  const at::Tensor rows = at::empty({frame.height, stride}, at::kByte);
  const std::array<uint8_t*, 4> data{rows.data_ptr<uint8_t>()};
  const std::array<int, 4> strides{static_cast<int>(stride)};
  av_check<DataError>(sws_scale(scaler_.get(), frame.data, frame.linesize, 0, frame.height,
                                data.data(), strides.data()),
                      name_ + ": pixels cannot be converted");
  return rows.narrow(1, 0, int64_t{frame.width} * 3)
      .reshape({frame.height, frame.width, 3})
      .flip(2)
      .contiguous();
}

}  // namespace flowreel
