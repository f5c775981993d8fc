#include "pipeline/consistency/job_clips.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "errors/error.h"
#include "errors/quote.h"
#include "files/file.h"
#include "pipeline/consistency/clip_manifest.h"

namespace flowreel {
namespace {

namespace fs = std::filesystem;

constexpr std::array kEndings = {".mp4", ".mov", ".mkv", ".webm"};

bool has_manifest(const std::string& clip) {
  std::error_code error;
  const auto names = manifest_names(clip);
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    return fs::is_regular_file(name, error) && fs::file_size(name, error) <= kMostManifestBytes &&
           is_manifest(read_text(name, kMostManifestBytes));
  });
}

bool may_be_clip(const fs::directory_entry& entry) {
  std::error_code error;
  if (entry.path().filename().string().front() == '.') return false;
  if (entry.is_directory(error)) return true;
  const std::string ending = entry.path().extension().string();
  return entry.is_regular_file(error) &&
         std::find(kEndings.begin(), kEndings.end(), ending) != kEndings.end();
}

}  // namespace

std::vector<std::string> clips_of_jobs(const std::string& folder) {
  if (!is_directory(folder)) throw MissingInputError(quote(folder) + " is no folder");
  std::vector<std::string> clips;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    if (!may_be_clip(*it) || !has_manifest(it->path().string())) continue;
    clips.push_back(it->path().string());
    if (it->is_directory(error)) it.disable_recursion_pending();
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
