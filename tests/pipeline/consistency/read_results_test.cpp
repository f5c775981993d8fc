#include "pipeline/consistency/read_results.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "errors/error.h"
#include "pipeline/consistency/meter_table.h"
#include "pipeline/consistency/result_json.h"
#include "tests/pipeline/consistency/test_results.h"

namespace flowreel {
namespace {

using namespace test;
using nlohmann::json;

Results example() {
  Measurement cuts = value_of(definition_of("scene_cuts"), 1);
  Measurement flicker = value_of(definition_of("temporal_flickering"), 0.1 + 0.2);
  flicker.series = {std::numeric_limits<double>::quiet_NaN(), 1.0 / 3, 5e-324};
  flicker.coverage = 0.75;
  flicker.note = "p = 0.5";
  Results results;
  results.clips = {
      clip_named("a.mp4", {cuts, flicker}),
      clip_named("b.mp4", {no_value(definition_of("temporal_flickering"), Status::kTooFewFrames)})};
  ClipResult& clip = results.clips[0];
  clip.prompt_id = "p1";
  clip.seed = 18446744073709551615u;
  clip.sha256 = std::string(64, 'a');
  clip.facts = {29.97, 64, 48, {0, 4}, {16}, {8, 24}, 4, {0, 6}};
  clip.end = {8, {3, 5}, true};
  clip.warnings = {"variable frame rate"};
  results.versions = {{"opencv", "4.6.0"}};
  return results;
}

json document() { return json::parse(to_json(example())); }

std::string complaint(const json& changed) {
  return text_of<DataError>([&] { results_from_json(changed.dump(), "base.json"); });
}

// The complaint when the value at the pointer is this one.
std::string complaint(const std::string& pointer, const json& value) {
  json changed = document();
  changed[json::json_pointer(pointer)] = value;
  return complaint(changed);
}

TEST(ReadResults, WhatWasWrittenComesBackToTheLastBit) {
  const std::string text = to_json(example());
  const StoredResults stored = results_from_json(text, "base.json");
  EXPECT_TRUE(stored.warnings.empty());
  EXPECT_EQ(to_json(stored.results), text);
  const ClipResult& clip = stored.results.clips[0];
  EXPECT_EQ(clip.seed, 18446744073709551615u);
  EXPECT_TRUE(clip.end.still);
  EXPECT_EQ(clip.facts.tile_rows, (std::vector<int>{8, 24}));
  const Measurement& flicker = *measurement_of(clip, "temporal_flickering");
  EXPECT_EQ(flicker.definition, &definition_of("temporal_flickering"));
  EXPECT_EQ(*flicker.value, 0.1 + 0.2);
  EXPECT_TRUE(std::isnan(flicker.series[0]));
  EXPECT_EQ(flicker.series[2], 5e-324);
  const Measurement& none = *measurement_of(stored.results.clips[1], "temporal_flickering");
  EXPECT_EQ(none.status, Status::kTooFewFrames);
  EXPECT_FALSE(none.value);
}

TEST(ReadResults, ReadsFiles) {
  const std::string path =
      (std::filesystem::temp_directory_path() / "flowreel_read_results_test.json").string();
  std::ofstream(path) << to_json(example());
  EXPECT_EQ(read_results(path).results.clips.size(), 2u);
  std::filesystem::remove(path);
  EXPECT_THROW(read_results(path), MissingInputError);
}

TEST(ReadResults, AnotherSchemaIsRefused) {
  EXPECT_EQ(complaint("/schema_version", 2), "base.json: /schema_version is 2, expected 1");
  EXPECT_EQ(complaint("/schema_version", "1"), "base.json: /schema_version is \"1\", expected 1");
  EXPECT_EQ(complaint(json::array()),
            "base.json: the document is a list, expected an object with schema_version 1");
  EXPECT_EQ(complaint(json::object()),
            "base.json: the document is an object, expected an object with schema_version 1");
  EXPECT_NE(text_of<DataError>([] { results_from_json("{", "base.json"); }), "");
}

TEST(ReadResults, AnotherDefinitionIsRefusedWithBothIds) {
  const std::string place = "/clips/0/metrics/temporal_flickering/definition";
  EXPECT_EQ(complaint(place, "vbench/temporal_flickering@9"),
            "base.json: " + place +
                " is \"vbench/temporal_flickering@9\", expected \"vbench/temporal_flickering@1\", "
                "as this program measures temporal_flickering; values of two definitions cannot be "
                "compared");
}

TEST(ReadResults, AMetricThatIsNotKnownIsLeftOutWithAWarning) {
  json changed = document();
  for (const int clip : {0, 1})
    changed["clips"][clip]["metrics"]["from_the_future"] = {{"anything", 1}};
  const StoredResults stored = results_from_json(changed.dump(), "base.json");
  EXPECT_EQ(stored.warnings,
            std::vector<std::string>{"base.json: this program does not measure "
                                     "\"from_the_future\", which is left out (clips: 2)"});
  EXPECT_EQ(to_json(stored.results), to_json(example()));
}

TEST(ReadResults, EveryKeyIsNeededAndNoOther) {
  // Each object of the document, and each key in it.
  const json whole = document();
  for (const std::string object :
       {"", "/clips/0", "/clips/0/facts", "/clips/0/metrics/temporal_flickering"}) {
    for (const auto& item : whole.at(json::json_pointer(object)).items()) {
      json changed = whole;
      changed.at(json::json_pointer(object)).erase(item.key());
      EXPECT_NE(complaint(changed), "") << object << "/" << item.key();
      const json wrong = item.value().is_boolean() ? json("x") : json(true);
      EXPECT_NE(complaint(object + "/" + item.key(), wrong), "") << object << "/" << item.key();
    }
    EXPECT_NE(complaint(object + "/more", 1).find(" has a key \"more\", expected none but "),
              std::string::npos);
  }
  json changed = whole;
  changed["clips"][1]["facts"].erase("fps");
  EXPECT_EQ(complaint(changed), "base.json: /clips/1/facts/fps is missing, expected it there");
}

TEST(ReadResults, ValuesOutOfRangeAreRefused) {
  EXPECT_EQ(complaint("/clips/0/facts/fps", 0),
            "base.json: /clips/0/facts/fps is 0, expected a number above 0");
  EXPECT_NE(complaint("/clips/0/facts/width", -1), "");
  EXPECT_NE(complaint("/clips/0/facts/width", 1u << 31), "");
  EXPECT_NE(complaint("/clips/0/facts/width", 1.5), "");
  EXPECT_NE(complaint("/clips/0/facts/tile_rows", {1, -1}), "");
  EXPECT_NE(complaint("/clips/0/seed", -1), "");
  EXPECT_NE(complaint("/clips/0/seed", 1.5), "");
  EXPECT_NE(complaint("/clips/0/sha256", "abc"), "");
  EXPECT_NE(complaint("/clips/0/sha256", std::string(64, 'g')), "");
  EXPECT_NE(complaint("/clips/0/cuts", {5, 3}), "");
  EXPECT_NE(complaint("/clips/0/cuts", {8}), "");
  EXPECT_EQ(complaint("/clips/0/cuts", {3, 7}), "");
}

TEST(ReadResults, ValueAndStatusMustAgree) {
  const std::string m = "/clips/0/metrics/temporal_flickering";
  EXPECT_EQ(complaint(m + "/value", nullptr), "base.json: " + m +
                                                  "/value is null, expected a number, or null "
                                                  "unless the status is ok");
  EXPECT_EQ(complaint(m + "/status", "weights_missing"),
            "base.json: " + m +
                "/value is 0.30000000000000004, expected null, since the status is "
                "weights_missing");
  EXPECT_EQ(complaint(m + "/status", "fine"),
            "base.json: " + m +
                "/status is \"fine\", expected one of ok, degenerate_static, too_few_frames, "
                "no_valid_pixels, weights_missing, not_applicable");
  EXPECT_EQ(complaint(m + "/status", "degenerate_static"), "");
  EXPECT_NE(complaint(m + "/direction", "lower"), "");
  EXPECT_NE(complaint(m + "/coverage", 1.5), "");
  EXPECT_NE(complaint(m + "/per_frame", {"x"}), "");
  EXPECT_EQ(complaint("/clips/1/metrics/temporal_flickering/status", "degenerate_static"), "");
}

}  // namespace
}  // namespace flowreel
