#include "pipeline/train/window.h"

#include <ATen/ATen.h>

#include <array>

#include "errors/error.h"

namespace flowreel {

BatchSource windowed(BatchSource clips, const ClipWindow& window, uint64_t seed) {
  const std::array<int64_t, 3> wanted = {window.frames, window.height, window.width};
  return [clips = std::move(clips), wanted, seed](uint32_t number) {
    Batch batch = clips(number);
    const at::Tensor place = Draw{seed, number}.uniform({batch.data.size(0), 3}, Use::kWindow);
    std::vector<at::Tensor> parts;
    for (int64_t i = 0; i < batch.data.size(0); ++i) {
      at::Tensor part = batch.data[i];  // [3,F,H,W]
      for (int64_t axis = 0; axis < 3; ++axis) {
        const int64_t size = part.size(axis + 1), length = wanted[static_cast<size_t>(axis)];
        if (length == 0) continue;
        if (length > size)
          throw DataError(c10::str("window of ", at::IntArrayRef(wanted),
                                   " frames, rows and columns: the clip has ",
                                   part.sizes().slice(1)));
        const auto first = static_cast<int64_t>(place[i][axis].item<float>() *
                                                static_cast<float>(size - length + 1));
        part = part.narrow(axis + 1, std::min(first, size - length), length);
      }
      parts.push_back(part);
    }
    batch.data = at::stack(parts);
    return batch;
  };
}

}  // namespace flowreel
