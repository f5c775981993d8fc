#include "pipeline/consistency/result_json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "errors/error.h"
#include "pipeline/consistency/numbers.h"
#include "tests/pipeline/consistency/test_results.h"

namespace flowreel {
namespace {

using namespace test;
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

Results example() {
  Measurement flicker = value_of(kFlicker, 0.1);
  flicker.series = {kNone, 1.0 / 3, 0.1, -0.0};
  flicker.coverage = 0.75;
  flicker.note = "p = 0.5";
  Results results;
  results.clips = {clip_named("a \"b\".mp4",
                              {no_value(kLikeness, Status::kWeightsMissing), std::move(flicker)})};
  ClipResult& clip = results.clips[0];
  clip.prompt_id = "p1";
  clip.seed = 18446744073709551615u;
  clip.facts.chunk_starts = {0, 4};
  clip.end.cuts = {3, 5};
  clip.warnings = {"variable frame rate"};
  results.versions = {{"opencv", "4.6.0"}, {"flowreel", "1.0"}};
  return results;
}

TEST(ResultJson, IsTheTextToTheLetter) {
  EXPECT_EQ(to_json(example()), R"({
  "clips": [
    {
      "cuts": [3, 5],
      "decode": "flowreel/honour-tags",
      "facts": {
        "chunk_starts": [0, 4],
        "fps": 24,
        "frames": 8,
        "height": 48,
        "key_frames": [],
        "mini_gop": 0,
        "tile_columns": [],
        "tile_rows": [],
        "width": 64
      },
      "frames_sha256": "",
      "metrics": {
        "flicker": {
          "coverage": 0.75,
          "definition": "test/flicker@1",
          "direction": "lower",
          "note": "p = 0.5",
          "per_frame": [null, 0.3333333333333333, 0.1, 0],
          "samples": 7,
          "status": "ok",
          "unit": "levels",
          "value": 0.1
        },
        "likeness": {
          "coverage": 0,
          "definition": "test/likeness@1",
          "direction": "higher",
          "note": "",
          "per_frame": [],
          "samples": 0,
          "status": "weights_missing",
          "unit": "1",
          "value": null
        }
      },
      "name": "a \"b\".mp4",
      "prompt_id": "p1",
      "reference_frames_sha256": "",
      "seed": 18446744073709551615,
      "sha256": "",
      "still": false,
      "warnings": ["variable frame rate"]
    }
  ],
  "failed": [],
  "schema_version": 1,
  "versions": {
    "flowreel": "1.0",
    "opencv": "4.6.0"
  }
}
)");
}

TEST(ResultJson, ABaselineNeedsNoValuesByFrame) {
  const auto metrics = nlohmann::json::parse(to_json(example(), false))["clips"][0]["metrics"];
  EXPECT_EQ(metrics["flicker"]["per_frame"], nlohmann::json::array());
  EXPECT_EQ(metrics["flicker"]["value"], 0.1);
}

TEST(ResultJson, NumbersReadBackAsTheSameDouble) {
  for (const double v : {0.1, 1.0 / 3, 1e-300, 5e-324, 1.7976931348623157e308, 123456789.123456789,
                         -2.5, 0.1 + 0.2}) {
    EXPECT_EQ(nlohmann::json::parse(exact_number(v)).get<double>(), v);
  }
  EXPECT_EQ(exact_number(0.1 + 0.2), "0.30000000000000004");
  EXPECT_EQ(exact_number(-0.0), "0");
}

TEST(ResultJson, InfinityByFrameIsNull) {
  Results results;
  Measurement m = value_of(kFlicker, 1);
  m.series = {std::numeric_limits<double>::infinity()};
  results.clips = {clip_named("a", {m})};
  const auto json = nlohmann::json::parse(to_json(results));
  EXPECT_TRUE(json["clips"][0]["metrics"]["flicker"]["per_frame"][0].is_null());
}

std::string fault(const Measurement& m) {
  Results results;
  results.clips = {clip_named("a.mp4", {m})};
  return text_of<NumericsError>([&] { to_json(results); });
}

TEST(ResultJson, AValueThatDoesNotFitItsStatusIsNotWritten) {
  EXPECT_EQ(fault(value_of(kFlicker, kNone)),
            "metric flicker of \"a.mp4\" has the status ok and the value nan, expected a finite "
            "number or a status that says why there is none");
  EXPECT_NE(fault(value_of(kFlicker, std::numeric_limits<double>::infinity())), "");
  EXPECT_NE(fault(no_value(kFlicker, Status::kOk)), "");
  EXPECT_NE(fault(value_of(kFlicker, 1, Status::kTooFewFrames)), "");
  EXPECT_EQ(fault(value_of(kFlicker, 1, Status::kDegenerateStatic)), "");
  EXPECT_EQ(fault(no_value(kFlicker, Status::kDegenerateStatic)), "");
}

TEST(ResultJson, ANameThatIsNoUtf8IsStillJson) {
  Results results;
  results.clips = {clip_named("a\xFF.mp4")};
  EXPECT_EQ(nlohmann::json::parse(to_json(results))["clips"][0]["name"], "a\uFFFD.mp4");
}

TEST(ResultJson, NoClipsAreAnEmptyList) {
  EXPECT_EQ(
      to_json({}),
      "{\n  \"clips\": [],\n  \"failed\": [],\n  \"schema_version\": 1,\n  \"versions\": {}\n}\n");
}

}  // namespace
}  // namespace flowreel
