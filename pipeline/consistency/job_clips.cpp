#include "pipeline/consistency/job_clips.h"

#include <algorithm>
#include <filesystem>

#include "errors/error.h"
#include "errors/quote.h"
#include "files/file.h"
#include "pipeline/consistency/clip_manifest.h"

namespace flowreel {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kMostBytes = uint64_t{64} << 20;

// What the manifest at `path` belongs to; empty when it is no manifest, or belongs to nothing.
std::string clip_of(const fs::path& path) {
  std::error_code error;
  if (fs::file_size(path, error) > kMostBytes || error) return "";
  if (!parse_manifest(read_text(path.string(), kMostBytes), path.string())) return "";
  for (const char* ending : {".mp4", ".mov", ".mkv", ".webm", ""}) {
    fs::path clip = path;
    clip.replace_extension(ending);
    if (fs::exists(clip, error)) return clip.string();
  }
  return "";
}

}  // namespace

std::vector<std::string> clips_of_jobs(const std::string& folder) {
  if (!is_directory(folder)) throw MissingInputError(quote(folder) + " is no folder");
  std::vector<std::string> clips;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    if (it->path().extension() != ".json" || !it->is_regular_file(error)) continue;
    const std::string clip = clip_of(it->path());
    if (!clip.empty()) clips.push_back(clip);
  }
  if (error) throw MissingInputError(quote(folder) + " cannot be listed: " + error.message());
  if (clips.empty())
    throw DataError(quote(folder) +
                    " has no clips: expected those of flowreel, each with its "
                    "manifest beside it");
  std::sort(clips.begin(), clips.end());
  return clips;
}

}  // namespace flowreel
