#include "pipeline/train/folder/captions.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "errors/error.h"
#include "errors/quote.h"
#include "files/file.h"
#include "models/weights/json.h"

namespace flowreel {
namespace {

namespace fs = std::filesystem;
constexpr const char* kName = "captions.jsonl";
constexpr uint64_t kMaxBytes = uint64_t{1} << 30;

bool is_blank(const std::string& text) {
  return text.find_first_not_of(" \t\r\n\v\f") == std::string::npos;
}

std::string text_field(const nlohmann::json& object, const char* key, const std::string& place) {
  const auto found = object.find(key);
  if (found == object.end())
    throw DataError(place + ": \"" + key + "\" is missing, expected a text");
  if (!found->is_string()) {
    throw DataError(place + ": \"" + key + "\" is " + quote(found->dump(), 60) +
                    ", expected a text");
  }
  const std::string text = found->get<std::string>();
  if (is_blank(text)) throw DataError(place + ": \"" + key + "\" is empty, expected a text");
  return text;
}

// Whether `path` is `root` or below it, both canonical.
bool is_within(const fs::path& root, const fs::path& path) {
  return std::mismatch(root.begin(), root.end(), path.begin(), path.end()).first == root.end();
}

fs::path canonical(const fs::path& path, const std::string& place) {
  std::error_code error;
  const fs::path found = fs::canonical(path, error);
  if (error) throw MissingInputError(place + " cannot be opened: " + error.message());
  return found;
}

[[noreturn]] void throw_outside(const std::string& place, const std::string& why) {
  throw PathError(place + " " + why + ", expected a clip within the folder");
}

// The clip's real place; a folder of images is looked through for links that lead out.
fs::path place_within(const fs::path& root, const CaptionedClip& clip) {
  const fs::path file(clip.file);
  if (file.is_absolute()) throw_outside(clip.place, "is an absolute path");
  if (std::find(file.begin(), file.end(), "..") != file.end())
    throw_outside(clip.place, "has \"..\" in it");
  try {
    check_local_path(clip.path);
  } catch (const PathError& error) {
    throw PathError(clip.place + ": " + error.what());
  }
  const fs::path real = canonical(clip.path, clip.place);
  if (!is_within(root, real)) throw_outside(clip.place, "is a link that leads out of the folder");
  if (real == root) throw DataError(clip.place + " is the folder itself, expected a clip in it");
  if (!fs::is_directory(real)) return real;
  std::error_code error;
  const fs::directory_iterator images(real, error);
  if (error) throw MissingInputError(clip.place + " cannot be listed: " + error.message());
  for (const auto& entry : images) {
    if (!is_within(root, canonical(entry.path(), clip.place)))
      throw_outside(clip.place, "holds a link that leads out of the folder");
  }
  return real;
}

CaptionedClip parse_line(const std::string& folder, const std::string& text, int64_t number) {
  CaptionedClip clip;
  clip.place = folder + "/" + kName + " line " + std::to_string(number);
  const nlohmann::json line = parse_json(text, clip.place);
  if (!line.is_object()) {
    throw DataError(clip.place + " is " + quote(line.dump(), 60) +
                    R"(, expected an object {"file": "...", "caption": "..."})");
  }
  for (const auto& [key, value] : line.items()) {
    if (key != "file" && key != "caption") {
      throw DataError(clip.place + ": there is no key " + quote(key, 60) +
                      R"(, expected "file" and "caption")");
    }
  }
  clip.file = text_field(line, "file", clip.place);
  clip.caption = text_field(line, "caption", clip.place);
  clip.path = folder + "/" + clip.file;
  clip.place += ": " + quote(clip.file);
  return clip;
}

bool has_ending(const fs::path& path, const std::set<std::string>& endings) {
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return endings.count(ending) != 0;
}

}  // namespace

std::vector<CaptionedClip> read_captions(const std::string& folder) {
  if (!is_directory(folder)) {
    throw DataError(quote(folder) + " is a file, expected a folder with " + kName +
                    " and the clips it names");
  }
  const std::string text = read_text(folder + "/" + kName, kMaxBytes);
  const fs::path root = canonical(folder, quote(folder));
  std::vector<CaptionedClip> clips;
  std::map<fs::path, std::string> places;
  int64_t number = 0;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    ++number;
    if (is_blank(line)) continue;
    clips.push_back(parse_line(folder, line, number));
    const CaptionedClip& clip = clips.back();
    const auto [known, is_new] = places.emplace(place_within(root, clip), clip.place);
    if (!is_new) throw DataError(clip.place + " is listed twice, first in " + known->second);
  }
  if (clips.empty()) {
    throw DataError(folder + "/" + kName +
                    R"( has no lines, expected one {"file": "...", "caption": "..."} a clip)");
  }
  return clips;
}

std::vector<std::string> clips_without_caption(const std::string& folder,
                                               const std::vector<CaptionedClip>& clips) {
  std::set<fs::path> known;
  for (const CaptionedClip& clip : clips) known.insert(fs::canonical(clip.path));
  std::set<std::string> found;
  const fs::path root = fs::canonical(folder);
  constexpr auto kSkip = fs::directory_options::skip_permission_denied;
  for (const auto& entry : fs::recursive_directory_iterator(root, kSkip)) {
    if (!entry.is_regular_file()) continue;
    fs::path clip;
    if (has_ending(entry.path(), {".mp4", ".mov", ".mkv", ".webm", ".gif", ".m4v"}))
      clip = entry.path();
    if (has_ending(entry.path(), {".png", ".jpg", ".jpeg", ".webp"}))
      clip = entry.path().parent_path();
    if (clip.empty() || clip == root || known.count(fs::canonical(clip)) != 0) continue;
    found.insert(clip.lexically_relative(root).string());
  }
  return {found.begin(), found.end()};
}

}  // namespace flowreel
