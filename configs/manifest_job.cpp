#include "configs/manifest_job.h"

#include "configs/job.h"
#include "errors/error.h"

namespace flowreel {
namespace {

using nlohmann::json;

VaeOptions tiles_of(const json& vae) {
  VaeOptions options;
  options.mode = vae.at("tiling") == "on" ? TilingMode::kOn : TilingMode::kOff;
  VaeTiling& t = options.tiles;
  t.tile_width = vae.at("tile_px").at(0).get<int64_t>();
  t.tile_height = vae.at("tile_px").at(1).get<int64_t>();
  t.stride_width = vae.at("tile_stride_px").at(0).get<int64_t>();
  t.stride_height = vae.at("tile_stride_px").at(1).get<int64_t>();
  t.tile_frames = vae.at("tile_frames").get<int64_t>();
  t.stride_frames = vae.at("tile_frame_stride").get<int64_t>();
  return options;
}

}  // namespace

GenerateOptions options_of_manifest(const std::string& manifest, const std::string& source) {
  const json said = parse_json(manifest, source);
  const auto job = said.find("job");
  if (job == said.end() || !said.contains("vae"))
    throw DataError(source + " does not say by which job it was made; expected a manifest of " +
                    "generate or run");
  GenerateOptions options = read_job(parse_document(job->dump(), source + ": job")).options;
  try {
    options.vae = tiles_of(said["vae"]);
  } catch (const json::exception& error) {
    throw DataError(source + ": vae is not as flowreel writes it: " + json_problem(error.what()));
  }
  options.job = job->dump();
  if (said.contains("order")) options.order = said["order"].dump();
  return options;
}

}  // namespace flowreel
