#include "pipeline/generate/output.h"

#include <ATen/ATen.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <vector>

#include "codecs/image.h"
#include "files/publish.h"
#include "pipeline/consistency/clip_manifest.h"
#include "pipeline/consistency/result_json.h"

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

std::optional<VideoWriter> open_frames(const OutputOptions& o, const ClipSize& size) {
  if (o.frames_dir.empty()) return std::nullopt;
  WriterOptions w = writer_options(o, size);
  w.codec = Codec::Png;
  w.crf = -1;
  w.bitrate = 0;
  return VideoWriter(o.frames_dir, w);
}

// Metrics by name, as in the results of `flowreel consistency`, without the values by frame.
std::string measured_json(ClipMeasurements measured, const std::string& name) {
  Results results;
  results.clips.emplace_back();
  results.clips[0].name = name;
  results.clips[0].end = std::move(measured.end);
  results.clips[0].measurements = std::move(measured.measurements);
  return nlohmann::json::parse(to_json(results, /*per_frame=*/false))["clips"][0]["metrics"].dump();
}

}  // namespace

ClipOutput::ClipOutput(const OutputOptions& options, const ClipSize& size)
    : options_(options),
      manifest_path_(manifest_path(options)),
      clip_(options.path, writer_options(options, size)),
      manifest_(manifest_path_, options.overwrite),
      frames_(open_frames(options, size)),
      sheet_(size.frames) {
  if (!options.contact_sheet.empty()) sheet_file_.emplace(options.contact_sheet, options.overwrite);
  constexpr int64_t kUsualManifest = 1 << 16;
  manifest_.reserve(kUsualManifest);  // a clip of many hours shall not fail at its last file
}

void ClipOutput::set_manifest(const std::string& manifest) {
  clip_.set_metadata(kManifestTag, manifest);
  if (!options_.consistency || meter_ || !unmeasured_.empty()) return;
  const std::optional<ClipManifest> parsed = parse_manifest(manifest, manifest_path_);
  meter_.emplace(parsed ? parsed->joins : ClipFacts());
}

void ClipOutput::write(const at::Tensor& frame) {
  const at::Tensor pixels = frame.contiguous();
  clip_.write(pixels);
  if (frames_) frames_->write(pixels);
  if (sheet_file_) sheet_.see(pixels);
  blank_.see(pixels);
  frames_hash_.update(pixels.const_data_ptr(), pixels.nbytes());
  measure(pixels);
}

// A clip that took hours is not lost because it cannot be measured.
void ClipOutput::measure(const at::Tensor& pixels) {
  if (!meter_) return;
  try {
    meter_->see(pixels);
  } catch (const std::exception& error) {
    unmeasured_ = error.what();
    meter_.reset();
  }
}

std::string ClipOutput::measured() {
  if (meter_) {
    try {
      return measured_json(meter_->finish(), options_.path);
    } catch (const std::exception& error) {
      unmeasured_ = error.what();
    }
  }
  return unmeasured_.empty() ? "" : nlohmann::json({{"error", unmeasured_}}).dump();
}

void ClipOutput::finish(RunRecord& record,
                        const std::function<std::string(const RunRecord&)>& manifest) {
  if (!options_.allow_blank) blank_.check();
  record.hashes["frames"] = frames_hash_.hex();
  record.consistency = measured();
  set_manifest(manifest(record));
  // Frames before the clip, the clip before the manifest: what has a manifest is whole.
  std::vector<StagedOutput> outputs;
  if (frames_) outputs.push_back(frames_->stage());
  if (sheet_file_) {
    const std::vector<uint8_t> picture = encode_png(sheet_.picture());
    sheet_file_->write(picture.data(), picture.size());
    outputs.push_back(sheet_file_->stage());
  }
  outputs.push_back(clip_.stage());
  const std::string clip = outputs.back().temporary;
  std::error_code error;
  if (std::filesystem::is_regular_file(clip, error)) record.hashes["file"] = sha256_of_file(clip);
  const std::string text = manifest(record);
  manifest_.write(text.data(), text.size());
  outputs.push_back(manifest_.stage());
  publish(outputs);
}

}  // namespace flowreel
