#include "pipeline/consistency/result_csv.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/pipeline/consistency/test_results.h"

namespace flowreel {
namespace {

using namespace test;

constexpr const char* kHeader =
    "clip,prompt_id,seed,decode,metric,definition,value,unit,direction,status,samples,coverage,"
    "note\r\n";

// The first cell of the only row of a clip with that name.
std::string name_cell(const std::string& name) {
  Results results;
  results.clips = {clip_named(name, {value_of(kFlicker, -0.5)})};
  std::string csv = results_csv(results);
  csv.erase(0, std::string(kHeader).size());
  return csv.substr(0, csv.find(",,,flowreel"));
}

TEST(ResultCsv, IsTheTextToTheLetter) {
  Measurement flicker = value_of(kFlicker, -1.0 / 3);
  flicker.note = "p = 0.5, \"two-sided\"";
  Results results;
  results.clips = {clip_named("a.mp4", {flicker, no_value(kLikeness, Status::kWeightsMissing)})};
  results.clips[0].prompt_id = "p1";
  results.clips[0].seed = 42;
  EXPECT_EQ(
      results_csv(results),
      kHeader + std::string("a.mp4,p1,42,flowreel/honour-tags,flicker,test/flicker@1,"
                            "-0.3333333333333333,levels,lower,ok,7,1,"
                            "\"p = 0.5, \"\"two-sided\"\"\"\r\n"
                            "a.mp4,p1,42,flowreel/honour-tags,likeness,test/likeness@1,,1,higher,"
                            "weights_missing,0,0,\r\n"));
}

TEST(ResultCsv, QuotesWhatWouldEndACell) {
  EXPECT_EQ(name_cell("a b;c"), "a b;c");
  EXPECT_EQ(name_cell("a,b"), "\"a,b\"");
  EXPECT_EQ(name_cell("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(name_cell("a\nb"), "\"a\nb\"");
  EXPECT_EQ(name_cell("a\rb"), "\"a\rb\"");
}

TEST(ResultCsv, NamesAreNoFormulas) {
  EXPECT_EQ(name_cell("=HYPERLINK(\"http://x\")"), "\"'=HYPERLINK(\"\"http://x\"\")\"");
  EXPECT_EQ(name_cell("+1"), "'+1");
  EXPECT_EQ(name_cell("-1"), "'-1");
  EXPECT_EQ(name_cell("@SUM(A1)"), "'@SUM(A1)");
  EXPECT_EQ(name_cell("\t=1"), "'\t=1");
  EXPECT_EQ(name_cell("\r=1"), "\"'\r=1\"");
  EXPECT_EQ(name_cell("\n=1"), "\"'\n=1\"");
  EXPECT_EQ(name_cell("＝1"), "'＝1");
  EXPECT_EQ(name_cell("a=1"), "a=1");
}

TEST(ResultCsv, ByFrameHasOneRowPerFrame) {
  Measurement flicker = value_of(kFlicker, 1);
  flicker.series = {std::numeric_limits<double>::quiet_NaN(), 0.25, -2};
  Results results;
  results.clips = {clip_named("-a", {flicker, value_of(kLikeness, 1)})};
  EXPECT_EQ(per_frame_csv(results),
            "clip,metric,frame,value\r\n'-a,flicker,0,\r\n'-a,flicker,1,0.25\r\n"
            "'-a,flicker,2,-2\r\n");
}

}  // namespace
}  // namespace flowreel
