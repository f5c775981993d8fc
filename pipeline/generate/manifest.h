// The manifest of a clip: what was asked, what computed it, and the hashes that prove it. It holds
// no date, no time taken and no output path, so that the same job gives the same manifest.
#pragma once

#include <map>
#include <string>

#include "pipeline/generate/compute.h"
#include "pipeline/generate/options.h"
#include "pipeline/generate/size.h"

namespace flowreel {

// What a run adds to its options. Hash names: "input", "noise", "latents", "frames", "file"; values
// are SHA-256.
struct RunRecord {
  std::string task;  // "t2v", "v2v", "i2v", "decode", "reconstruct"
  ClipSize size;
  ComputePlan plan;
  VaeTiling tiling;
  double flow_shift = 0;       // as used
  std::vector<double> sigmas;  // as used, from 1 down to 0; empty when nothing was sampled
  std::map<std::string, std::string> weights, hashes, versions;
};

// The container tag that holds it.
inline constexpr const char* kManifestTag = "flowreel";

// JSON text, keys sorted, two spaces of indent. Without "file" it is what the clip's container
// carries.
std::string manifest_json(const GenerateOptions& options, const RunRecord& record);
std::string manifest_json(const ReconstructOptions& options, const RunRecord& record);

// clip.mp4 → clip.json; a folder of frames → folder.json.
std::string manifest_path(const std::string& clip_path);

// Temporary name in the same folder, fsync, rename. OutputError or IoError.
void write_text_file(const std::string& path, const std::string& text);

// flowreel, LibTorch, FFmpeg and CPU capability: what the bits depend on.
std::map<std::string, std::string> environment_versions();

}  // namespace flowreel
