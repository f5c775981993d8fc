#include "pipeline/generate/source.h"

#include <ATen/ATen.h>

#include <sstream>

#include "codecs/image.h"
#include "codecs/reader.h"
#include "codecs/resize.h"
#include "errors/error.h"
#include "files/file.h"
#include "models/weights/safetensors.h"

namespace flowreel {
namespace {

std::string shape_text(at::IntArrayRef shape) {
  std::ostringstream text;
  for (size_t i = 0; i < shape.size(); ++i) {
    text << (i == 0 ? "[" : ",");
    if (shape[i] < 0) {
      text << "any";
    } else {
      text << shape[i];
    }
  }
  return text.str() + "]";
}

bool fits(at::IntArrayRef actual, at::IntArrayRef wanted) {
  if (actual.size() != wanted.size()) return false;
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] >= 0 ? actual[i] != wanted[i] : actual[i] < 1) return false;
  }
  return true;
}

ReadOptions read_options(const std::string& path, const SizeOptions& options) {
  ReadOptions read;
  if (options.fps) (is_directory(path) ? read.folder_fps : read.fps) = *options.fps;
  return read;
}

}  // namespace

ClipSize input_size(const std::string& path, const SizeOptions& options, const Events& events) {
  const ReadOptions read = read_options(path, options);
  VideoReader reader = VideoReader::open(path, read);
  ClipSize size{reader.info().width, reader.info().height, 0,
                options.fps.value_or(reader.info().fps.value())};
  if (options.num_frames) return size;
  while (reader.next()) {
    events.check_stop();
    ++size.frames;
  }  // containers do not always know how many frames they hold
  return size;
}

at::Tensor read_input_clip(const std::string& path, const SizeOptions& options,
                           const ClipSize& size) {
  ReadOptions read = read_options(path, options);
  read.width = static_cast<int>(size.width);
  read.height = static_cast<int>(size.height);
  read.max_frames = size.frames;
  at::Tensor frames = read_clip(path, read);
  if (frames.size(0) < size.frames) {
    throw DataError(path + ": has " + std::to_string(frames.size(0)) +
                    " frames, --num-frames asks for " + std::to_string(size.frames));
  }
  return frames;
}

at::Tensor read_first_frame(const std::string& path, const ClipSize& size) {
  return resize_cover(read_image(path), static_cast<int>(size.width), static_cast<int>(size.height))
      .unsqueeze(0);
}

at::Tensor read_latents(const std::string& option, const std::string& path, at::IntArrayRef shape) {
  const SafetensorsFile file(path);
  if (file.tensors().count("latents") == 0) {
    throw DataError(option + " " + path + ": no tensor \"latents\" in this file");
  }
  const at::Tensor latents = file.read("latents");
  if (!fits(latents.sizes(), shape)) {
    throw DataError(option + " " + path + ": latents are " + shape_text(latents.sizes()) +
                    ", expected " + shape_text(shape));
  }
  if (!latents.is_floating_point()) {
    throw DataError(option + " " + path + ": latents are integers, expected a floating type");
  }
  at::Tensor values = latents.to(at::kFloat);
  if (const int64_t bad = values.numel() - at::isfinite(values).sum().item<int64_t>(); bad > 0) {
    throw DataError(option + " " + path + ": " + std::to_string(bad) + " of " +
                    std::to_string(values.numel()) + " values are NaN or infinite");
  }
  return values;
}

}  // namespace flowreel
