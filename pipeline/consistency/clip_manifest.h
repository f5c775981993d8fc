// What flowreel's manifest of a clip says about where it was joined, and what it was made from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "pipeline/consistency/clip_facts.h"

namespace flowreel {

struct ClipManifest {
  std::string prompt;
  std::optional<uint64_t> seed;
  ClipFacts joins;  // size, fps, chunk_starts, tile_columns and tile_rows
};

// The manifest beside the clip (clip.mp4: clip.json; a folder: folder.json), else the one in its
// container; empty when there is neither, or when what lies there is no manifest of flowreel's.
// DataError: it is one, and broken.
std::optional<ClipManifest> manifest_of_clip(const std::string& clip);

// The same of a manifest's text; `name` is for messages.
std::optional<ClipManifest> parse_manifest(const std::string& text, const std::string& name);

}  // namespace flowreel
