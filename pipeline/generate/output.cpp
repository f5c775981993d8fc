#include "pipeline/generate/output.h"

#include <ATen/ATen.h>

#include <filesystem>

#include "errors/error.h"

namespace flowreel {
namespace {

WriterOptions writer_options(const OutputOptions& o, const ClipSize& size) {
  WriterOptions w;
  w.codec = parse_codec(o.codec);
  w.width = static_cast<int>(size.width);
  w.height = static_cast<int>(size.height);
  w.fps = frame_rate(size.fps);
  w.crf = o.crf;
  w.bitrate = o.bitrate;
  w.threads = o.encoder_threads;
  w.overwrite = o.overwrite;
  return w;
}

VideoWriter open_clip(const OutputOptions& o, const ClipSize& size) {
  if (o.path.empty())
    throw UsageError("--output is missing; expected the name of the clip to write");
  const std::string manifest = manifest_path(o.path);
  if (manifest == o.path)
    throw UsageError("--output " + o.path + ": a clip cannot end in .json, its manifest does");
  if (!o.overwrite && std::filesystem::exists(manifest)) {
    throw OutputError(manifest + ": the clip's manifest exists already (--overwrite replaces it)");
  }
  return VideoWriter(o.path, writer_options(o, size));
}

std::optional<VideoWriter> open_frames(const OutputOptions& o, const ClipSize& size) {
  if (o.frames_dir.empty()) return std::nullopt;
  WriterOptions w = writer_options(o, size);
  w.codec = Codec::Png;
  w.crf = -1;
  w.bitrate = 0;
  return VideoWriter(o.frames_dir, w);
}

}  // namespace

ClipOutput::ClipOutput(const OutputOptions& options, const ClipSize& size)
    : options_(options), clip_(open_clip(options, size)), frames_(open_frames(options, size)) {}

void ClipOutput::set_manifest(const std::string& manifest) {
  clip_.set_metadata(kManifestTag, manifest);
}

void ClipOutput::write(const at::Tensor& frame) {
  const at::Tensor pixels = frame.contiguous();
  clip_.write(pixels);
  if (frames_) frames_->write(pixels);
  blank_.see(pixels);
  frames_hash_.update(pixels.const_data_ptr(), pixels.nbytes());
}

void ClipOutput::finish(RunRecord& record,
                        const std::function<std::string(const RunRecord&)>& manifest) {
  if (!options_.allow_blank) blank_.check();
  record.hashes["frames"] = frames_hash_.hex();
  set_manifest(manifest(record));
  if (frames_) frames_->finish();
  clip_.finish();
  if (std::filesystem::is_regular_file(options_.path))
    record.hashes["file"] = sha256_of_file(options_.path);
  write_text_file(manifest_path(options_.path), manifest(record));
}

}  // namespace flowreel
