// What flowreel's manifest of a clip says about where it was joined, and what it was made from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/consistency/clip_facts.h"

namespace flowreel {

inline constexpr uint64_t kMostManifestBytes = uint64_t{64} << 20;  // of one in a file

struct ClipManifest {
  std::string prompt;
  std::optional<uint64_t> seed;
  int64_t frames = 0;
  ClipFacts joins;  // size, fps, chunk_starts, tile_columns and tile_rows
};

// Where a clip's manifest may lie: NAME.json for NAME.mp4 or a folder NAME, as `generate` writes
// it; manifest.json beside a job's clip.mp4 (or of another ending) and its folder "frames".
std::vector<std::string> manifest_names(const std::string& clip);

// The first of those that is there, else the one in its container; empty when there is none, or
// when what lies there is no manifest of flowreel's. DataError: it is one, and broken.
std::optional<ClipManifest> manifest_of_clip(const std::string& clip);

// Whether a text claims to be a manifest, whole or not.
bool is_manifest(const std::string& text);

// The same of a manifest's text; `name` is for messages.
std::optional<ClipManifest> parse_manifest(const std::string& text, const std::string& name);

}  // namespace flowreel
