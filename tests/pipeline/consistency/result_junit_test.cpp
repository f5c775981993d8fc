#include "pipeline/consistency/result_junit.h"

#include <gtest/gtest.h>

namespace flowreel {
namespace {

TEST(ResultJunit, IsTheTextToTheLetter) {
  const std::vector<GateOutcome> outcomes = {
      {"flicker<=0.3", "a.mp4", Outcome::kFail, 0.42, "0.42 levels, expected <= 0.3"},
      {"scene_cuts==0", "a.mp4", Outcome::kPass, 0, "0 cuts, expected == 0"},
      {"flicker<=0.3", "b.mp4", Outcome::kPass, 0.1, "0.1 levels, expected <= 0.3"},
      {"flicker~0.1", "", Outcome::kInconclusive, 0.1, "no interval"}};
  EXPECT_EQ(junit_xml(outcomes), R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="flowreel consistency" tests="4" failures="2" errors="0">
  <testsuite name="a.mp4" tests="2" failures="1" errors="0">
    <testcase classname="a.mp4" name="flicker&lt;=0.3">
      <failure type="fail" message="0.42 levels, expected &lt;= 0.3"/>
    </testcase>
    <testcase classname="a.mp4" name="scene_cuts==0"/>
  </testsuite>
  <testsuite name="b.mp4" tests="1" failures="0" errors="0">
    <testcase classname="b.mp4" name="flicker&lt;=0.3"/>
  </testsuite>
  <testsuite name="all pairs" tests="1" failures="1" errors="0">
    <testcase classname="all pairs" name="flicker~0.1">
      <failure type="inconclusive" message="no interval"/>
    </testcase>
  </testsuite>
</testsuites>
)");
}

std::string name_of_suite(const std::string& clip) {
  const std::string xml = junit_xml({{"g", clip, Outcome::kPass, 0, ""}});
  const size_t begin = xml.find("<testsuite name=\"") + 17;
  return xml.substr(begin, xml.find('"', begin) - begin);
}

TEST(ResultJunit, EscapesWhatXmlCannotHold) {
  EXPECT_EQ(name_of_suite("<a & \"b\">"), "&lt;a &amp; &quot;b&quot;&gt;");
  EXPECT_EQ(name_of_suite("a\tb\nc\rd"), "a&#9;b&#10;c&#13;d");
  EXPECT_EQ(name_of_suite(std::string("\0\x1b[31m", 6)), "\\x00\\x1b[31m");
  EXPECT_EQ(name_of_suite("猫 é"), "猫 é");
  EXPECT_EQ(name_of_suite("\xFF\xC3"), "\\xff\\xc3");
  EXPECT_EQ(name_of_suite("\uFFFE\uFFFF\uFFFD"), "\\xef\\xbf\\xbe\\xef\\xbf\\xbf\uFFFD");
}

TEST(ResultJunit, NothingIsAnEmptyReport) {
  EXPECT_EQ(junit_xml({}),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"flowreel consistency\" "
            "tests=\"0\" failures=\"0\" errors=\"0\">\n</testsuites>\n");
}

// Who reads only the outcomes must still see that a clip is missing.
TEST(ResultJunit, AClipThatCouldNotBeMeasuredIsAnError) {
  const std::string xml = junit_xml({}, {{"a<b>.mp4", 66, "\"a\" is not there"}});
  EXPECT_NE(xml.find("errors=\"1\""), std::string::npos);
  EXPECT_NE(xml.find("name=\"a&lt;b&gt;.mp4\""), std::string::npos);
  EXPECT_NE(xml.find("<error type=\"exit code 66\" message=\"&quot;a&quot; is not there\"/>"),
            std::string::npos);
}

}  // namespace
}  // namespace flowreel
