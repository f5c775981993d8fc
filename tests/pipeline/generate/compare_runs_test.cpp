#include "pipeline/generate/compare_runs.h"

#include <nlohmann/json.hpp>

#include "tests/pipeline/generate/run.h"

namespace flowreel {
namespace {

using nlohmann::json;
using Promise = RunComparison::Promise;

json manifest() {
  return {{"manifest_version", 1},
          {"seed", 42},
          {"prompt", "a cat"},
          {"determinism", "default"},
          {"compute", {{"threads", 2}}},
          {"versions", {{"libtorch", "2.13.0"}, {"commit", "abc"}}},
          {"sampling", {{"steps", 3}, {"state_sha256", {"a", "b", "c"}}}},
          {"hashes", {{"noise", "n"}, {"latents", "c"}, {"frames", "f"}, {"file", "x"}}}};
}

RunComparison compare(const json& a, const json& b) { return compare_runs(a.dump(), b.dump()); }

TEST(CompareRuns, TheSameIsIdentical) {
  const RunComparison c = compare(manifest(), manifest());
  EXPECT_TRUE(c.is_identical());
  EXPECT_TRUE(c.holds());
  EXPECT_TRUE(c.differences.empty());
  EXPECT_EQ(c.same, (std::vector<std::string>{"noise", "steps", "latents", "frames", "file"}));
}

TEST(CompareRuns, NamesTheFirstThatDiffers) {
  const std::vector<std::pair<std::string, const char*>> changes = {
      {"noise", "/hashes/noise"},
      {"step 0", "/sampling/state_sha256/0"},
      {"step 2", "/sampling/state_sha256/2"},
      {"latents", "/hashes/latents"},
      {"frames", "/hashes/frames"},
      {"file", "/hashes/file"}};
  json changed = manifest();
  for (auto it = changes.rbegin(); it != changes.rend(); ++it) {
    changed[json::json_pointer(it->second)] = "other";
    const RunComparison c = compare(manifest(), changed);
    EXPECT_EQ(c.parts_at, it->first);
    EXPECT_EQ(c.promise, Promise::kIdentical);
    EXPECT_FALSE(c.holds()) << it->first;
  }
}

TEST(CompareRuns, WhatOnlyOneRecordedIsPassedOver) {
  json without = manifest();
  without["hashes"].erase("file");
  without["sampling"].erase("state_sha256");
  EXPECT_TRUE(compare(manifest(), without).is_identical());
}

TEST(CompareRuns, OtherLibrariesPromiseTheNoiseAlone) {
  json other = manifest();
  other["versions"]["libtorch"] = "2.14.0";
  other["sampling"]["state_sha256"][1] = "other";
  RunComparison c = compare(manifest(), other);
  EXPECT_EQ(c.promise, Promise::kNoise);
  EXPECT_TRUE(c.holds());
  EXPECT_EQ(c.parts_at, "step 1");
  ASSERT_EQ(c.differences.size(), 1u);
  EXPECT_EQ(c.differences[0], "/versions/libtorch: \"2.13.0\", \"2.14.0\"");
  other["hashes"]["noise"] = "other";
  c = compare(manifest(), other);
  EXPECT_FALSE(c.holds());
}

TEST(CompareRuns, ACommitOrANameExplainsTheFileAlone) {
  for (const char* pointer : {"/versions/commit", "/model", "/output/crf"}) {
    json other = manifest();
    other[json::json_pointer(pointer)] = "other";
    other["hashes"]["file"] = "other";
    EXPECT_EQ(compare(manifest(), other).promise, Promise::kFrames) << pointer;
    EXPECT_TRUE(compare(manifest(), other).holds()) << pointer;
    other["hashes"]["frames"] = "other";
    EXPECT_FALSE(compare(manifest(), other).holds()) << pointer;
  }
}

TEST(CompareRuns, ThreadsExplainADifferenceUnlessTheRunWasStrict) {
  json one = manifest(), other = manifest();
  other["compute"]["threads"] = 4;
  other["hashes"]["latents"] = "other";
  EXPECT_TRUE(compare(one, other).holds());
  one["determinism"] = other["determinism"] = "strict";
  EXPECT_FALSE(compare(one, other).holds());
}

TEST(CompareRuns, AnotherSeedPromisesNothingAndComesFirst) {
  json other = manifest();
  other["seed"] = 43;
  other["versions"]["libtorch"] = "2.14.0";
  other["hashes"]["noise"] = "other";
  const RunComparison c = compare(manifest(), other);
  EXPECT_EQ(c.promise, Promise::kNothing);
  EXPECT_TRUE(c.holds());
  EXPECT_EQ(c.differences.at(0), "/seed: 42, 43");
  EXPECT_EQ(c.why, "/seed is not the same");
}

TEST(CompareRuns, RefusesWhatIsNoManifest) {
  expect_contains(error_text<DataError>([] { compare_runs("{}", manifest().dump()); }),
                  {"first manifest"});
  expect_contains(error_text<DataError>([] { compare_runs(manifest().dump(), "[1]"); }),
                  {"second manifest"});
}

}  // namespace
}  // namespace flowreel
