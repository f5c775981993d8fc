#include "codecs/writer.h"

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "codecs/encoder.h"
#include "codecs/sinks.h"
#include "errors/quote.h"
#include "files/file.h"

namespace flowreel {
namespace {

std::string extension_of(const std::string& path) {
  std::string extension = std::filesystem::path(path).extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return extension;
}

void check_extension(const std::string& path, const EncoderRow& row) {
  const std::string extension = extension_of(path);
  const std::string permitted = row.extensions;
  if (permitted.empty()) {  // a folder: its name may have dots, but not look like a clip
    if (std::string(".mp4.mov.mkv.webm.gif.png.").find(extension + ".") == std::string::npos ||
        extension.empty())
      return;
    throw UsageError(quote(path) + " looks like a file: " + row.name +
                     " is written to a folder of images");
  }
  if (!extension.empty() && permitted.find(extension + ".") != std::string::npos) return;
  std::string list;
  for (char c : permitted.substr(0, permitted.size() - 1))
    list += c == '.' ? std::string(list.empty() ? "." : " .") : std::string(1, c);
  throw UsageError(quote(path) + " does not fit the codec " + row.name +
                   ": expected a name that ends in " + list);
}

}  // namespace

VideoWriter::VideoWriter(const std::string& path, const WriterOptions& options) {
  silence_libav();
  check_local_path(path);
  check_writer_options(options);
  const EncoderRow& row = encoder_row(options.codec);
  check_extension(path, row);
  require_encoder(row.encoder);
  sink_ = options.codec == Codec::Png ? open_png_folder(path, options)
                                      : open_container_sink(path, options);
}

VideoWriter::VideoWriter(VideoWriter&&) noexcept = default;
VideoWriter& VideoWriter::operator=(VideoWriter&&) noexcept = default;
VideoWriter::~VideoWriter() = default;

void VideoWriter::write(const at::Tensor& pixels) {
  if (finished_) throw UsageError("the clip is finished: no frame can be added");
  sink_->write(pixels);
  ++frames_;
}

void VideoWriter::set_metadata(const std::string& key, const std::string& value) {
  if (finished_) throw UsageError("the clip is finished: no tag can be added");
  sink_->set_metadata(key, value);
}

StagedOutput VideoWriter::stage() {
  if (finished_) throw UsageError("the clip is finished already");
  if (frames_ == 0) throw UsageError("a clip needs at least one frame");
  finished_ = true;  // whether it succeeds or not
  return sink_->stage();
}

void VideoWriter::finish() {
  const StagedOutput staged = stage();
  const std::unique_ptr<ClipSink> sink = std::move(sink_);  // what it holds goes with it
  publish({staged});
}

}  // namespace flowreel
