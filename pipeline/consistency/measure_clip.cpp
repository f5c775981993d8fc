#include "pipeline/consistency/measure_clip.h"

#include <ATen/core/Tensor.h>

#include <optional>
#include <string_view>

#include "codecs/coding.h"
#include "codecs/reader.h"
#include "errors/error.h"
#include "errors/quote.h"
#include "files/file.h"
#include "files/sha256.h"
#include "pipeline/consistency/clip_manifest.h"
#include "pipeline/consistency/clip_meter.h"
#include "pipeline/consistency/meter_table.h"
#include "pipeline/consistency/reference/reference_clip.h"

namespace flowreel {
namespace {

bool fits(const ClipManifest& manifest, const ClipInfo& info) {
  return manifest.joins.width == info.width && manifest.joins.height == info.height &&
         (info.frames <= 0 || info.frames == manifest.frames);
}

// Everything about the clip that is known before its frames are.
void describe(const std::string& path, const MeasureOptions& options, const ClipInfo& info,
              ClipResult& result) {
  ClipFacts& facts = result.facts;
  const bool folder = is_directory(path);
  facts.fps = folder ? options.read.folder_fps : info.fps.value();
  std::optional<ClipManifest> manifest = manifest_of_clip(path);
  if (manifest && !fits(*manifest, info)) {
    result.warnings.push_back(
        "its manifest is of a clip of another size or length and is not used");
    manifest.reset();
  }
  if (manifest) {
    const double fps = folder ? manifest->joins.fps : facts.fps;
    facts = manifest->joins;
    facts.fps = fps;
    result.prompt_id = manifest->prompt;
    result.seed = manifest->seed;
  }
  if (!(facts.fps > 0)) {
    facts.fps = options.read.folder_fps;
    result.warnings.push_back("it does not say its frame rate; values per second take " +
                              number_text(facts.fps));
  }
  facts.width = info.width;
  facts.height = info.height;
  result.decode = folder                        ? "images"
                  : options.read.opencv_colours ? "cv2-compat"
                                                : "flowreel/honour-tags";
  if (!folder) result.sha256 = sha256_of_file(path);
}

// What the encoder does to the readings, which no meter can take out again.
void warn_of_coding(const Coding& coding, const ClipInfo& info, ClipResult& result) {
  // Where every frame is a key frame, none stands out.
  if (!coding.lossless && static_cast<int64_t>(coding.key_frames.size()) < coding.frames)
    result.facts.key_frames = coding.key_frames;
  result.facts.mini_gop = coding.mini_gop;
  const auto warn = [&](const std::string& text) { result.warnings.push_back(text); };
  if (coding.variable_rate) {
    if (coding.average_fps > 0) result.facts.fps = coding.average_fps;
    warn("its frames are not evenly spaced in time; values per second take the average rate");
  }
  if (info.bits > 8) warn(info.pixel_format + " is measured in 8 bits, rounded");
  if (info.has_alpha) warn(info.pixel_format + ": transparency is left out");
  if (info.codec == "images" || coding.lossless) return;
  warn("decoded from lossy " + info.codec +
       ": flicker, noise and sharpness include what its encoder did; for gates measure frames "
       "before encoding, or a lossless clip");
  if (coding.mini_gop > 1)
    warn("B-frames every " + std::to_string(coding.mini_gop) +
         " frames leave a brightness pattern of that period; seam tests of the brightness step are "
         "dropped where the pieces are in step with it");
}

// VBench decodes for these with OpenCV, which does not look at a clip's colour tags; meters of
// others have said so themselves.
void say_whose_digits(ClipResult& result) {
  for (Measurement& m : result.measurements) {
    if (std::string_view(m.definition->id).starts_with("vbench/") && m.note.empty())
      m.note = "of colours by the clip's tags; VBench's own digits need --decode cv2-compat";
  }
}

}  // namespace

ClipResult measure_clip(const std::string& path, const MeasureOptions& options) {
  VideoReader reader = VideoReader::open(path, options.read);
  ClipResult result;
  result.name = path;
  describe(path, options, reader.info(), result);
  warn_of_coding(read_coding(path), reader.info(), result);
  ClipMeter meter(result.facts, options.metrics, options.features);
  std::optional<ReferenceClip> reference;
  if (!options.reference.empty()) reference.emplace(path, options.reference, options.read);
  int64_t frames = 0;
  while (const std::optional<at::Tensor> frame = reader.next()) {
    meter.see(*frame);
    if (reference) reference->see(*frame);
    if (options.progress) options.progress(++frames);
  }
  ClipMeasurements measured = meter.finish();
  result.end = std::move(measured.end);
  result.measurements = std::move(measured.measurements);
  if (!is_directory(path) && !options.read.opencv_colours) say_whose_digits(result);
  if (!reference) return result;
  ReferenceMeasurements beside = reference->finish();
  for (Measurement& m : beside.measurements) {
    if (is_wanted(*m.definition, options.metrics)) result.measurements.push_back(std::move(m));
  }
  result.frames_sha256 = beside.clip_sha256;
  result.reference_frames_sha256 = beside.reference_sha256;
  return result;
}

}  // namespace flowreel
