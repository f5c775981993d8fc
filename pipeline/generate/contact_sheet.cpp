#include "pipeline/generate/contact_sheet.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "codecs/resize.h"
#include "errors/error.h"

namespace flowreel {
namespace {

constexpr int64_t kCells = 12, kColumns = 4, kWidest = 320, kGap = 4;
constexpr int64_t kPaper = 236;

}  // namespace

ClipSheet::ClipSheet(int64_t frames) : frames_(frames), count_(std::min(frames, kCells)) {}

void ClipSheet::see(const at::Tensor& frame) {
  const auto cell = static_cast<int64_t>(cells_.size());
  // Cell i shows frame i·(frames-1)/(count-1).
  const int64_t wanted = count_ == 1 ? 0 : cell * (frames_ - 1) / (count_ - 1);
  if (cell == count_ || seen_++ != wanted) return;
  const int64_t height = frame.size(0), width = frame.size(1);
  if (width <= kWidest) {
    cells_.push_back(frame.clone());
    return;
  }
  const int64_t small = std::max<int64_t>(1, height * kWidest / width);
  cells_.push_back(resize_cover(frame, static_cast<int>(kWidest), static_cast<int>(small)));
}

at::Tensor ClipSheet::picture() const {
  if (cells_.empty()) throw UsageError("a contact sheet has no frame, expected at least 1");
  const auto count = static_cast<int64_t>(cells_.size());
  const int64_t columns = std::min(count, kColumns), rows = (count + columns - 1) / columns;
  const int64_t height = cells_[0].size(0), width = cells_[0].size(1);
  at::Tensor sheet = at::full({rows * (height + kGap) + kGap, columns * (width + kGap) + kGap, 3},
                              kPaper, at::kByte);
  for (int64_t i = 0; i < count; ++i) {
    const int64_t top = kGap + i / columns * (height + kGap);
    const int64_t left = kGap + i % columns * (width + kGap);
    sheet.narrow(0, top, height).narrow(1, left, width).copy_(cells_[static_cast<size_t>(i)]);
  }
  return sheet;
}

}  // namespace flowreel
