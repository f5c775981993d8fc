#include "pipeline/generate/manifest.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <regex>

#include "pipeline/generate/build_commit.h"

namespace flowreel {
namespace {

nlohmann::json output_of(const OutputOptions& output) {
  GenerateOptions options;
  options.output = output;
  return nlohmann::json::parse(manifest_json(options, {}))["output"];
}

TEST(Manifest, QualityIsTheOneInEffect) {
  OutputOptions output;
  EXPECT_EQ(output_of(output)["crf"], 18.0);
  output.codec = "av1";
  EXPECT_EQ(output_of(output)["crf"], 30.0);
  output.crf = 25;
  EXPECT_EQ(output_of(output)["crf"], 25.0);
  EXPECT_EQ(output_of(output)["bitrate"], nullptr);
  output.crf = -1;
  output.bitrate = 100'000;
  EXPECT_EQ(output_of(output)["crf"], nullptr);
  EXPECT_EQ(output_of(output)["bitrate"], 100'000);
  output = {};
  output.codec = "ffv1";
  EXPECT_EQ(output_of(output)["crf"], nullptr) << "lossless";
}

TEST(Manifest, NoiseFromAFileHasNoSeed) {
  GenerateOptions options;
  RunRecord record;
  record.sigmas = {1, 0};
  auto manifest = nlohmann::json::parse(manifest_json(options, record));
  EXPECT_EQ(manifest["seed"], 42);
  EXPECT_EQ(manifest["noise"]["rng"], "philox");
  options.initial_latents = "noise.safetensors";
  manifest = nlohmann::json::parse(manifest_json(options, record));
  EXPECT_EQ(manifest["seed"], nullptr);
  EXPECT_EQ(manifest["noise"]["rng"], nullptr);
}

TEST(Manifest, VersionsNameWhatTheBitsDependOn) {
  const auto versions = environment_versions();
  for (const char* part : {"flowreel", "libtorch", "mkl", "onednn", "ffmpeg", "libavcodec",
                           "libavformat", "libavutil", "libswscale", "opencv", "cpu_capability"}) {
    ASSERT_EQ(versions.count(part), 1u) << part;
    EXPECT_NE(versions.at(part), "") << part;
  }
  for (const auto& [part, version] : versions)
    EXPECT_EQ(version.find('\n'), std::string::npos) << part;
}

TEST(Manifest, CommitIsAHashOrUnknown) {
  const std::regex form("unknown|[0-9a-f]{12}(-dirty)?");
  EXPECT_TRUE(std::regex_match(build_commit(), form)) << build_commit();
  EXPECT_EQ(environment_versions().at("commit"), build_commit());
}

}  // namespace
}  // namespace flowreel
