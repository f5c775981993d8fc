#include "pipeline/train/folder/windows.h"

#include <ATen/ATen.h>

#include "codecs/reader.h"
#include "pipeline/train/content_hash.h"

namespace flowreel {

int64_t read_windows(const std::string& path, const DataOptions& data,
                     const std::function<bool(const at::Tensor& window)>& more) {
  ReadOptions options;
  options.fps = data.folder.fps;
  options.width = static_cast<int>(data.width);
  options.height = static_cast<int>(data.height);
  VideoReader reader = VideoReader::open(path, options);
  std::vector<at::Tensor> frames;
  int64_t seen = 0;
  while (std::optional<at::Tensor> frame = reader.next()) {
    ++seen;
    frames.push_back(std::move(*frame));
    if (static_cast<int64_t>(frames.size()) < data.frames) continue;
    if (!more(at::stack(frames))) break;
    frames.clear();
  }
  return seen;
}

std::string identity_of(const at::Tensor& window) { return ContentHash().add(window).hex(); }

}  // namespace flowreel
