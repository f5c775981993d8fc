// The mux stage: frames into a clip (and PNG frames), then the manifest beside it.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "codecs/writer.h"
#include "files/output_file.h"
#include "pipeline/consistency/clip_meter.h"
#include "pipeline/generate/contact_sheet.h"
#include "pipeline/generate/guard.h"
#include "pipeline/generate/hash.h"
#include "pipeline/generate/manifest.h"
#include "pipeline/generate/options.h"

namespace flowreel {

class ClipOutput {
 public:
  // Opens the outputs under temporary names, so that what cannot be written fails before anything
  // is computed.
  ClipOutput(const OutputOptions& options, const ClipSize& size);

  // What the container carries, and where the frames were joined. Called before the first frame;
  // finish() brings MP4 and MOV up to date with the frames' hash, which Matroska cannot be.
  void set_manifest(const std::string& manifest);

  void write(const at::Tensor& frame);  // [H,W,3] uint8 RGB

  // Publishes the frames, the contact sheet, the clip and the manifest, all or none. `manifest`
  // makes its text from the record, which receives the hashes "frames" and "file" and, where asked
  // for, what was measured of the frames. NumericsError
  // for a blank clip, unless allowed. After an error nothing is published and what was to be
  // overwritten is there.
  void finish(RunRecord& record, const std::function<std::string(const RunRecord&)>& manifest);

 private:
  void measure(const at::Tensor& pixels);
  std::string measured();  // JSON; empty when it was not asked for

  OutputOptions options_;
  std::string manifest_path_;
  VideoWriter clip_;
  OutputFile manifest_;
  std::optional<VideoWriter> frames_;
  std::optional<OutputFile> sheet_file_;
  ClipSheet sheet_;
  BlankCheck blank_;
  Sha256 frames_hash_;
  std::optional<ClipMeter> meter_;
  std::string unmeasured_;  // why there are no measurements, where they were asked for
};

}  // namespace flowreel
