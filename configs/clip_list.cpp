#include "configs/clip_list.h"

#include <filesystem>

#include "configs/json_document.h"
#include "errors/error.h"
#include "errors/quote.h"

namespace flowreel {
namespace {

namespace fs = std::filesystem;

std::string beside(const fs::path& folder, const std::string& name) {
  return name.empty() || fs::path(name).is_absolute() ? name : (folder / name).string();
}

ClipRequest read_clip(Fields fields, const fs::path& folder) {
  ClipRequest request;
  fields.require({"clip"});
  fields.read("clip", request.clip);
  if (request.clip.empty()) fields.fail("clip", "the name of a clip or a folder of images");
  fields.read("reference", request.reference);
  fields.read("prompt_id", request.prompt_id);
  if (fields.has("seed")) fields.read("seed", request.seed.emplace());
  fields.finish();
  request.clip = beside(folder, request.clip);
  request.reference = beside(folder, request.reference);
  return request;
}

}  // namespace

std::vector<ClipRequest> read_clip_list(const std::string& path) {
  const JsonDocument document = read_document(path);
  if (!document.value.is_object() || !document.value.contains("clips") ||
      !document.value["clips"].is_array() || document.value["clips"].empty())
    throw DataError(quote(path) + ": expected an object with the key \"clips\", a list of clips");
  Fields whole(document.value, document.source);
  whole.skip("clips");
  whole.finish();
  std::vector<ClipRequest> requests;
  for (size_t i = 0; i < document.value["clips"].size(); ++i) {
    const std::string place = "/clips/" + std::to_string(i);
    const nlohmann::json& clip = document.value["clips"][i];
    if (!clip.is_object()) throw DataError(quote(path) + ": " + place + " is no object");
    requests.push_back(
        read_clip(Fields(clip, document.source, place), fs::path(path).parent_path()));
  }
  return requests;
}

}  // namespace flowreel
