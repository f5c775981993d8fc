#include "pipeline/consistency/clip_manifest.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "codecs/demux.h"
#include "errors/error.h"
#include "errors/quote.h"
#include "files/file.h"

namespace flowreel {
namespace {

using nlohmann::json;

constexpr int64_t kMost = 1'000'000;  // frames or pixels: beyond it, nothing of ours
constexpr double kLowestRate = 0.01, kHighestRate = 1000;  // frames per second

class Reader {
 public:
  Reader(const json& manifest, std::string name) : manifest_(manifest), name_(std::move(name)) {}

  // The whole number at a path of keys such as /size/width.
  int64_t number(const char* path, int64_t least) const {
    const json::json_pointer place(path);
    if (!manifest_.contains(place)) fail(path, "is missing");
    const json& value = manifest_.at(place);
    if (!value.is_number_integer() || value < least || value > kMost)
      fail(path, "is " + quote(value.dump(), 40) + ", expected a whole number from " +
                     std::to_string(least) + " on");
    return value.get<int64_t>();
  }

  double rate(const char* path) const {
    const json::json_pointer place(path);
    if (!manifest_.contains(place)) fail(path, "is missing");
    const json& value = manifest_.at(place);
    const double rate = value.is_number() ? value.get<double>() : 0;
    if (!(rate >= kLowestRate && rate <= kHighestRate))
      fail(path, "is " + quote(value.dump(), 40) + ", expected a frame rate from 0.01 to 1000");
    return rate;
  }

  bool is_tiled() const {
    const json::json_pointer place("/vae/tiling");
    return manifest_.contains(place) && manifest_.at(place) == "on";
  }

  [[noreturn]] void fail(const std::string& path, const std::string& what) const {
    throw DataError("manifest " + name_ + ": " + path + " " + what);
  }

 private:
  const json& manifest_;
  std::string name_;
};

// Tile k ≥ 1 begins at k·stride + lead and is faded in over tile - stride positions: its border is
// the middle of those.
template <typename T>
std::vector<T> borders(int64_t total, int64_t tile, int64_t stride, int64_t lead) {
  std::vector<T> found;
  for (int64_t begin = stride; begin + lead < total; begin += stride)
    found.push_back(static_cast<T>(begin + lead + (tile - stride) / 2));
  std::erase_if(found, [total](T place) { return static_cast<int64_t>(place) >= total; });
  return found;
}

ClipFacts joins_of(const Reader& r) {
  ClipFacts facts;
  const int64_t frames = r.number("/size/num_frames", 1);
  facts.width = static_cast<int>(r.number("/size/width", 1));
  facts.height = static_cast<int>(r.number("/size/height", 1));
  facts.fps = r.rate("/size/fps");
  const int64_t tile = r.number("/vae/tile_frames", 1),
                stride = r.number("/vae/tile_frame_stride", 1);
  // The first latent frame makes one frame, which every later tile leaves out: models/vae/tiling.h.
  if (frames > tile) facts.chunk_starts = borders<int64_t>(frames, tile, stride, /*lead=*/1);
  if (!r.is_tiled()) return facts;
  const int64_t width = r.number("/vae/tile_px/0", 1), height = r.number("/vae/tile_px/1", 1);
  const int64_t across = r.number("/vae/tile_stride_px/0", 1),
                down = r.number("/vae/tile_stride_px/1", 1);
  // Space is tiled as a whole or not at all.
  if (facts.width <= width && facts.height <= height) return facts;
  facts.tile_columns = borders<int>(facts.width, width, across, 0);
  facts.tile_rows = borders<int>(facts.height, height, down, 0);
  return facts;
}

}  // namespace

bool is_manifest(const std::string& text) {
  const json manifest = json::parse(text, nullptr, /*allow_exceptions=*/false);
  return manifest.is_object() && manifest.contains("manifest_version");
}

std::optional<ClipManifest> parse_manifest(const std::string& text, const std::string& name) {
  const json manifest = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!manifest.is_object() || !manifest.contains("manifest_version")) return std::nullopt;
  const Reader reader(manifest, quote(name));
  if (manifest["manifest_version"] != 1)
    reader.fail("/manifest_version", "is " + quote(manifest["manifest_version"].dump(), 40) +
                                         ", expected 1; it was made by a later version");
  ClipManifest found;
  found.frames = reader.number("/size/num_frames", 1);
  found.joins = joins_of(reader);
  if (manifest.contains("prompt") && manifest["prompt"].is_string())
    found.prompt = manifest["prompt"];
  if (manifest.contains("seed") && manifest["seed"].is_number_unsigned())
    found.seed = manifest["seed"].get<uint64_t>();
  return found;
}

std::vector<std::string> manifest_names(const std::string& clip) {
  namespace fs = std::filesystem;
  std::string plain = clip;
  while (plain.size() > 1 && plain.back() == '/') plain.pop_back();
  const fs::path path = plain;
  std::vector<std::string> names = {fs::path(path).replace_extension(".json").string(),
                                    plain + ".json"};
  if (path.stem() == "clip" || path.filename() == "frames")
    names.push_back((path.parent_path() / "manifest.json").string());
  std::erase(names, clip);
  return names;
}

std::optional<ClipManifest> manifest_of_clip(const std::string& clip) {
  for (const std::string& path : manifest_names(clip)) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) continue;
    if (auto found = parse_manifest(read_text(path, kMostManifestBytes), path)) return found;
  }
  if (is_directory(clip)) return std::nullopt;
  const auto tags = read_clip_metadata(clip);
  const auto tag = tags.find("flowreel");
  return tag == tags.end() ? std::nullopt : parse_manifest(tag->second, clip);
}

}  // namespace flowreel
