#include "pipeline/consistency/measure_clip.h"

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <optional>

#include "codecs/coding.h"
#include "codecs/reader.h"
#include "errors/error.h"
#include "errors/quote.h"
#include "files/file.h"
#include "files/sha256.h"
#include "pipeline/consistency/clip_manifest.h"
#include "pipeline/consistency/clip_meter.h"
#include "pipeline/consistency/reference/reference_clip.h"

namespace flowreel {
namespace {

// Everything about the clip that is known before its frames are.
void describe(const std::string& path, const MeasureOptions& options, const ClipInfo& info,
              ClipResult& result) {
  ClipFacts& facts = result.facts;
  const std::optional<ClipManifest> manifest = manifest_of_clip(path);
  if (manifest) {
    if (manifest->joins.width == info.width && manifest->joins.height == info.height) {
      facts = manifest->joins;
    } else {
      result.warnings.push_back("its manifest is of a clip of another size and is not used");
    }
    result.prompt_id = manifest->prompt;
    result.seed = manifest->seed;
  }
  facts.width = info.width;
  facts.height = info.height;
  const bool folder = is_directory(path);
  if (!folder && info.fps.num > 0) facts.fps = info.fps.value();
  if (folder && !manifest) facts.fps = options.folder_fps;
  result.decode = folder ? "images" : "flowreel/honour-tags";
  if (!folder) result.sha256 = sha256_of_file(path);
}

// What the encoder does to the readings, which no meter can take out again.
void warn_of_coding(const Coding& coding, const ClipInfo& info, ClipResult& result) {
  result.facts.key_frames = coding.key_frames;
  result.facts.mini_gop = coding.mini_gop;
  const auto warn = [&](const std::string& text) { result.warnings.push_back(text); };
  if (coding.variable_rate)
    warn("its frames are not evenly spaced in time; values per second take the average rate");
  if (info.codec == "images" || coding.lossless) return;
  warn("decoded from lossy " + info.codec +
       ": flicker, noise and sharpness include what its encoder did; for gates measure frames "
       "before encoding, or a lossless clip");
  if (coding.mini_gop > 1)
    warn("B-frames every " + std::to_string(coding.mini_gop) +
         " frames leave a brightness pattern of that period; seam tests of the brightness step are "
         "dropped where the pieces are in step with it");
}

void warn_of_colour(const ClipInfo& info, ClipResult& result) {
  if (info.pixel_format.find("10") != std::string::npos ||
      info.pixel_format.find("12") != std::string::npos ||
      info.pixel_format.find("16") != std::string::npos)
    result.warnings.push_back(info.pixel_format + " is measured in 8 bits, rounded");
  if (info.pixel_format.find('a') != std::string::npos &&
      (info.pixel_format.find("rgba") != std::string::npos ||
       info.pixel_format.find("yuva") != std::string::npos ||
       info.pixel_format.find("bgra") != std::string::npos))
    result.warnings.push_back(info.pixel_format + ": transparency is left out");
}

bool is_wanted(const Measurement& m, const std::vector<std::string>& metrics) {
  return metrics.empty() ||
         std::find(metrics.begin(), metrics.end(), m.definition->name) != metrics.end();
}

}  // namespace

ClipResult measure_clip(const std::string& path, const MeasureOptions& options) {
  ReadOptions read;
  read.folder_fps = options.folder_fps;
  VideoReader reader = VideoReader::open(path, read);
  ClipResult result;
  result.name = path;
  describe(path, options, reader.info(), result);
  warn_of_coding(read_coding(path), reader.info(), result);
  warn_of_colour(reader.info(), result);
  ClipMeter meter(result.facts, options.metrics);
  std::optional<ReferenceClip> reference;
  if (!options.reference.empty()) reference.emplace(path, options.reference, options.folder_fps);
  int64_t frames = 0;
  while (const std::optional<at::Tensor> frame = reader.next()) {
    meter.see(*frame);
    if (reference) reference->see(*frame);
    if (options.progress) options.progress(++frames);
  }
  ClipMeasurements measured = meter.finish();
  result.end = std::move(measured.end);
  result.measurements = std::move(measured.measurements);
  if (!reference) return result;
  for (Measurement& m : reference->finish()) {
    if (is_wanted(m, options.metrics)) result.measurements.push_back(std::move(m));
  }
  return result;
}

}  // namespace flowreel
