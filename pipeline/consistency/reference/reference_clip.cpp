#include "pipeline/consistency/reference/reference_clip.h"

#include <opencv2/core.hpp>

#include "errors/error.h"
#include "errors/quote.h"

namespace flowreel {
namespace {

cv::Mat as_mat(const std::optional<at::Tensor>& frame) {
  if (!frame) return {};
  const at::Tensor pixels = frame->contiguous();
  return cv::Mat(static_cast<int>(pixels.size(0)), static_cast<int>(pixels.size(1)), CV_8UC3,
                 pixels.data_ptr<uint8_t>())
      .clone();
}

VideoReader open(const std::string& path, double folder_fps) {
  ReadOptions read;
  read.folder_fps = folder_fps;
  return VideoReader::open(path, read);
}

}  // namespace

ReferenceClip::ReferenceClip(std::string clip, std::string reference, double folder_fps)
    : clip_(std::move(clip)),
      reference_(std::move(reference)),
      reader_(open(reference_, folder_fps)) {}

void ReferenceClip::see(const at::Tensor& frame) { compare(reader_.next(), frame); }

void ReferenceClip::compare(const std::optional<at::Tensor>& other,
                            const std::optional<at::Tensor>& frame) {
  try {
    meter_.see(as_mat(other), as_mat(frame));
  } catch (const DataError& error) {
    throw DataError(quote(clip_) + " beside " + quote(reference_) + ": " + error.what());
  }
}

std::vector<Measurement> ReferenceClip::finish() {
  if (const auto surplus = reader_.next()) compare(surplus, std::nullopt);
  try {
    return meter_.finish().measurements;
  } catch (const DataError& error) {
    throw DataError(quote(clip_) + " beside " + quote(reference_) + ": " + error.what());
  }
}

}  // namespace flowreel
