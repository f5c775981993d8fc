#include "pipeline/consistency/job_clips.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "errors/error.h"
#include "tests/scratch_folder.h"

namespace flowreel {
namespace {

constexpr const char* kManifest =
    R"({"manifest_version": 1, "size": {"width": 64, "height": 64, "num_frames": 5, "fps": 24},
        "vae": {"tiling": "off", "tile_frames": 16, "tile_frame_stride": 12}})";

TEST(JobClips, AreThoseWithAManifest) {
  const testing::ScratchFolder folder;
  for (const char* name : {"b", "a", "a/deep", "c", "frames"})
    std::filesystem::create_directories(folder / name);
  for (const char* name : {"b/clip", "a/deep/clip", "c/clip", "frames"})
    std::ofstream(folder / (std::string(name) + ".json")) << kManifest;
  for (const char* name : {"b/clip.mp4", "a/deep/clip.mkv", "a/other.mp4", "c/clip.txt"})
    std::ofstream(folder / name) << "x";
  std::ofstream(folder / "a/other.json") << "{}";  // no manifest
  // As `run` and workers leave a job.
  std::filesystem::create_directories(folder / "job/frames");
  std::ofstream(folder / "job/manifest.json") << kManifest;
  std::ofstream(folder / "job/clip.mkv") << "x";
  std::ofstream(folder / "job/frames/frame_00000.png") << "x";
  EXPECT_EQ(clips_of_jobs(folder.path()),
            (std::vector<std::string>{folder / "a/deep/clip.mkv", folder / "b/clip.mp4",
                                      folder / "frames", folder / "job/clip.mkv",
                                      folder / "job/frames"}));
}

TEST(JobClips, NoneIsAnError) {
  const testing::ScratchFolder folder;
  EXPECT_THROW(clips_of_jobs(folder.path()), DataError);
  EXPECT_THROW(clips_of_jobs(folder / "none"), MissingInputError);
  std::ofstream(folder / "file") << "x";
  EXPECT_THROW(clips_of_jobs(folder / "file"), MissingInputError);
}

}  // namespace
}  // namespace flowreel
