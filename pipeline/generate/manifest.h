// The manifest of a clip: what was asked, what computed it, and the hashes that prove it. It holds
// no date, no time taken and no output path, so that the same job gives the same manifest.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "pipeline/flow/diffusion.h"
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
  double flow_shift = 0;             // of the static shift; not in the manifest of a dynamic one
  std::optional<BetaLaw> diffusion;  // whose noise the network predicts; unset: a velocity
  std::optional<double> guidance;    // as embedded; unset for a model without guidance embedding
  std::vector<double> sigmas;        // as used, falling to 0; empty when nothing was sampled
  std::map<std::string, std::string> weights, hashes, versions;
  std::vector<std::string> state_hashes;  // of the latents after each step
  int64_t evaluations = 0;                // of the velocity, in all of them
  std::string consistency;  // what was measured of the frames, JSON; empty: nothing was
};

// The container tag that holds it.
inline constexpr const char* kManifestTag = "flowreel";

// JSON text, keys sorted, two spaces of indent. Without "file" it is what the clip's container
// carries.
std::string manifest_json(const GenerateOptions& options, const RunRecord& record);
std::string manifest_json(const ReconstructOptions& options, const RunRecord& record);

// What the options name, or: clip.mp4 → clip.json; a folder of frames (codec "png"), whose name has
// no ending → folder.json.
std::string manifest_path(const OutputOptions& output);

// What the bits depend on: flowreel and the commit it was built from, LibTorch with its two math
// libraries, what codec_versions() names, and the CPU capability that LibTorch chose.
std::map<std::string, std::string> environment_versions();

}  // namespace flowreel
