#include "pipeline/consistency/clip_manifest.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "errors/error.h"
#include "tests/scratch_folder.h"

namespace flowreel {
namespace {

using nlohmann::json;

json manifest(int64_t frames, int64_t width, int64_t height, const char* tiling) {
  return {{"manifest_version", 1},
          {"prompt", "a red star"},
          {"seed", 18446744073709551615u},
          {"size", {{"width", width}, {"height", height}, {"num_frames", frames}, {"fps", 16.0}}},
          {"vae",
           {{"tiling", tiling},
            {"tile_px", {256, 256}},
            {"tile_stride_px", {192, 192}},
            {"tile_frames", 16},
            {"tile_frame_stride", 12}}}};
}

ClipManifest parsed(const json& text) { return parse_manifest(text.dump(), "m.json").value(); }

// Tiles of time begin at frames 13, 25, …, each faded in over four frames.
TEST(ClipManifest, TimeIsJoinedInTheMiddleOfEachFade) {
  const ClipManifest found = parsed(manifest(33, 128, 128, "off"));
  EXPECT_EQ(found.joins.chunk_starts, (std::vector<int64_t>{15, 27}));
  EXPECT_TRUE(found.joins.tile_columns.empty());
  EXPECT_EQ(found.joins.fps, 16);
  EXPECT_EQ(found.prompt, "a red star");
  EXPECT_EQ(found.seed, 18446744073709551615u);
  EXPECT_TRUE(parsed(manifest(13, 128, 128, "off")).joins.chunk_starts.empty());
}

TEST(ClipManifest, SpaceIsJoinedWhereItWasTiled) {
  const ClipManifest found = parsed(manifest(5, 512, 320, "on"));
  EXPECT_EQ(found.joins.tile_columns, (std::vector<int>{224, 416}));
  EXPECT_EQ(found.joins.tile_rows, (std::vector<int>{224}));
  EXPECT_TRUE(parsed(manifest(5, 512, 320, "off")).joins.tile_columns.empty());
  EXPECT_TRUE(parsed(manifest(5, 256, 192, "on")).joins.tile_columns.empty());
}

TEST(ClipManifest, OtherJsonIsNone) {
  EXPECT_FALSE(parse_manifest("{\"a\": 1}", "x"));
  EXPECT_FALSE(parse_manifest("[1]", "x"));
  EXPECT_FALSE(parse_manifest("not json", "x"));
}

TEST(ClipManifest, ABrokenOneNamesTheKey) {
  const auto text_of_error = [](const json& text) -> std::string {
    try {
      parse_manifest(text.dump(), "m.json");
    } catch (const DataError& error) {
      return error.what();
    }
    return "";
  };
  json missing = manifest(33, 128, 128, "off");
  missing["size"].erase("width");
  EXPECT_EQ(text_of_error(missing), "manifest \"m.json\": /size/width is missing");
  json wrong = manifest(33, 128, 128, "off");
  wrong["vae"]["tile_frame_stride"] = 0;
  EXPECT_EQ(text_of_error(wrong),
            "manifest \"m.json\": /vae/tile_frame_stride is \"0\", expected a whole number from 1 "
            "on");
  json later = manifest(33, 128, 128, "off");
  later["manifest_version"] = 2;
  EXPECT_NE(text_of_error(later).find("later version"), std::string::npos);
}

TEST(ClipManifest, LiesBesideAClipOrAFolder) {
  const testing::ScratchFolder folder;
  std::filesystem::create_directory(folder / "frames");
  std::ofstream(folder / "frames.json") << manifest(33, 128, 128, "off");
  EXPECT_EQ(manifest_of_clip(folder / "frames/").value().prompt, "a red star");
  std::filesystem::remove(folder / "frames.json");
  EXPECT_FALSE(manifest_of_clip(folder / "frames"));
  EXPECT_THROW(manifest_of_clip(folder / "none.mp4"), MissingInputError);
}

}  // namespace
}  // namespace flowreel
