#include "pipeline/generate/output.h"

#include <ATen/ATen.h>

#include <filesystem>
#include <map>

#include "errors/error.h"
#include "errors/quote.h"
#include "files/file.h"

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

// No output may take the place of another.
void check_outputs_differ(const OutputOptions& o) {
  std::map<std::string, std::string> taken;
  const auto take = [&taken](const std::string& path, const char* option) {
    if (path.empty()) return;
    std::error_code error;
    std::string name = std::filesystem::weakly_canonical(path, error).string();
    if (error) name = path;
    const auto [found, is_new] = taken.emplace(name, option);
    if (is_new) return;
    throw UsageError(std::string(option) + " and " + found->second + " are both " + quote(path) +
                     "; expected different names");
  };
  take(o.path, "--output");
  take(manifest_path(o.path, o.codec), "the manifest of --output");
  take(o.frames_dir, "--frames-dir");
  take(o.save_latents, "--save-latents");
  take(o.dump_tensors, "--dump-tensors");
}

VideoWriter open_clip(const OutputOptions& o, const ClipSize& size) {
  if (o.path.empty())
    throw UsageError("--output is missing; expected the name of the clip to write");
  check_outputs_differ(o);
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
    : options_(options),
      manifest_path_(manifest_path(options.path, options.codec)),
      clip_(open_clip(options, size)),
      manifest_(manifest_path_, options.overwrite),
      frames_(open_frames(options, size)) {}

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
  clip_.finish();
  if (frames_) frames_->finish();
  std::error_code error;
  if (std::filesystem::is_regular_file(options_.path, error))
    record.hashes["file"] = sha256_of_file(options_.path);
  const std::string text = manifest(record);
  try {
    manifest_.write(text.data(), text.size());
    manifest_.commit();
  } catch (const Error&) {  // no clip without its manifest
    if (std::filesystem::is_regular_file(options_.path, error))
      std::filesystem::remove(options_.path, error);
    throw;
  }
}

}  // namespace flowreel
