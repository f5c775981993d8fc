#include "pipeline/consistency/reference/reference_clip.h"

#include <ATen/ops/empty.h>

#include "errors/error.h"
#include "errors/quote.h"
#include "pipeline/consistency/frame_view.h"

namespace flowreel {
ReferenceClip::ReferenceClip(std::string clip, std::string reference, const ReadOptions& read)
    : clip_(std::move(clip)),
      reference_(std::move(reference)),
      reader_(VideoReader::open(reference_, read)) {}

void ReferenceClip::see(const at::Tensor& frame) { compare(reader_.next(), frame); }

void ReferenceClip::compare(const std::optional<at::Tensor>& other,
                            const std::optional<at::Tensor>& frame) {
  const auto view = [](const std::optional<at::Tensor>& pixels) {
    return FrameView(pixels ? *pixels : at::empty({0, 0, 3}, at::kByte));
  };
  const FrameView reference = view(other), clip = view(frame);
  try {
    meter_.see(reference.mat(), clip.mat());
  } catch (const DataError& error) {
    throw DataError(quote(clip_) + " beside " + quote(reference_) + ": " + error.what());
  }
}

ReferenceMeasurements ReferenceClip::finish() {
  if (const auto surplus = reader_.next()) compare(surplus, std::nullopt);
  try {
    return meter_.finish();
  } catch (const DataError& error) {
    throw DataError(quote(clip_) + " beside " + quote(reference_) + ": " + error.what());
  }
}

}  // namespace flowreel
