#include "pipeline/consistency/html/html_report.h"

#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "tests/pipeline/consistency/html/example_clips.h"
#include "tests/pipeline/consistency/html/page_faults.h"

namespace flowreel {
namespace {

using namespace test;

const std::vector<uint8_t> kPng = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n', 0, 0, 0, 13,
                                   'I',  'H', 'D', 'R', 0,    0,    0,    8,    0, 0, 0, 4};

std::vector<double> waves(double size) {
  std::vector<double> series;
  for (int i = 0; i < 48; ++i) series.push_back(1 + size * std::sin(i / 3.0));
  return series;
}

// Two clips that move and one that stands still, with all that a page may have.
HtmlInput example() {
  HtmlInput input;
  input.clips = {
      clip("a/clip.mp4", {measurement(kFlicker, 0.3, waves(0.2)), measurement(kMotion, 0.2)}),
      clip("b/clip.mp4", {measurement(kFlicker, 1.6, waves(0.9)),
                          missing(kLikeness, Status::kTooFewFrames), measurement(kMotion, 0.2)}),
      still_clip("c/frozen.mp4", {measurement(kFlicker, 0, std::vector<double>(48, 0.0)),
                                  measurement(kLikeness, 1), measurement(kMotion, 0)})};
  for (HtmlClip& made : input.clips) made.label.clear();
  HtmlClip& worst = input.clips[1];
  worst.result.facts.chunk_starts = {0, 16, 32};
  worst.result.facts.key_frames = {0, 12, 24};
  worst.result.facts.tile_columns = {128};
  worst.result.end.cuts = {20};
  worst.result.warnings = {"variable frame rate"};
  worst.contact = {{0, kPng}, {47, kPng}};
  worst.worst.push_back({27, 1.9, "flicker_mc", kPng, kPng, kPng, kPng, 8, false, 3});
  input.versions = {{"flowreel", "0.1.0"}, {"opencv", "4.6.0"}};
  Comparison comparison;
  MetricComparison metric;
  metric.definition = &kFlicker;
  metric.statistics.pairs = 1;
  comparison.metrics = {metric};
  input.comparison = comparison;
  input.baseline = "base.json";
  return input;
}

TEST(HtmlReport, IsWellFormed) {
  const std::string page = html_report(example());
  EXPECT_EQ(page.rfind("<!DOCTYPE html>\n<html lang=\"en\">", 0), 0u);
  EXPECT_TRUE(contains(page, "<meta charset=\"utf-8\">"));
  EXPECT_TRUE(contains(page, "name=\"viewport\""));
  EXPECT_EQ(markup_fault(page), "");
  EXPECT_EQ(markup_fault(html_report({})), "");
}

TEST(HtmlReport, LoadsNothing) {
  const std::string page = html_report(example());
  EXPECT_TRUE(contains(page, "content=\"default-src 'none'; img-src data:;"));
  EXPECT_FALSE(contains(page, "http:"));
  EXPECT_FALSE(contains(page, "https:"));
  EXPECT_FALSE(contains(page, "<link"));
  EXPECT_FALSE(contains(page, "@import"));
  EXPECT_FALSE(contains(page, "url("));
  for (const std::string& source : attributes(page, "src"))
    EXPECT_EQ(source.rfind("data:image/png;base64,", 0), 0u);
  EXPECT_EQ(count(page, "<script>"), 1u);
}

TEST(HtmlReport, EveryLinkLeadsSomewhereAndNoPlaceIsNamedTwice) {
  const std::string page = html_report(example());
  const std::vector<std::string> ids = attributes(page, "id");
  const std::set<std::string> places(ids.begin(), ids.end());
  EXPECT_EQ(places.size(), ids.size());
  for (const std::string& link : attributes(page, "href"))
    EXPECT_TRUE(link[0] == '#' && places.count(link.substr(1)) == 1) << link;
}

TEST(HtmlReport, HeadingsDescendOneByOne) {
  const std::string page = html_report(example());
  const std::regex heading("<h([1-6])[ >]");
  int before = 0, first = 0;
  for (std::sregex_iterator it(page.begin(), page.end(), heading), end; it != end; ++it) {
    const int level = std::stoi((*it)[1]);
    EXPECT_LE(level, before + 1) << page.substr(static_cast<size_t>(it->position()), 60);
    before = level;
    first += level == 1;
  }
  EXPECT_EQ(first, 1);
}

TEST(HtmlReport, DefinesEveryMetric) {
  const std::string page = html_report(example());
  for (const Definition* d : {&kFlicker, &kLikeness, &kMotion}) {
    const size_t at = page.find("<section id=\"def-" + std::string(d->name) + "\">");
    ASSERT_NE(at, std::string::npos) << d->name;
    const std::string entry = page.substr(at, page.find("</section>", at) - at);
    EXPECT_TRUE(contains(entry, d->id));
    EXPECT_TRUE(contains(entry, d->meaning));
    EXPECT_TRUE(contains(entry, std::string(d->formula).substr(0, 5)));
    EXPECT_TRUE(contains(entry, d->direction == Direction::kHigherIsBetter  ? "higher is better"
                                : d->direction == Direction::kLowerIsBetter ? "lower is better"
                                                                            : "neither"));
  }
}

TEST(HtmlReport, TablesHaveScopesAndPicturesHaveWords) {
  const std::string page = html_report(example());
  EXPECT_EQ(count(page, "<th "), count(page, "<th scope=\""));
  EXPECT_EQ(count(page, "<th>"), 0u);
  EXPECT_EQ(count(page, "<table"), count(page, "<caption"));
  EXPECT_EQ(count(page, "<img "), attributes(page, "alt").size());
  EXPECT_EQ(count(page, "<svg "),
            count(page, "role=\"img\" aria-label=\"") + count(page, "aria-hidden=\"true\"><path"));
}

TEST(HtmlReport, AStillClipIsNeverTheBest) {
  const std::string page = html_report(example());
  EXPECT_EQ(count(page, "<td class=\"best\">"), 1u);
  EXPECT_TRUE(contains(page, ">best </span><data value=\"0.3\""));
}

TEST(HtmlReport, ShowsNoTextFromOutsideAsMarkup) {
  const std::string evil = "\"'><script>alert(1)</script>\xff\x1b[0m\xe2\x80\xae&amp;";
  const std::string plain = html_report(example());
  HtmlInput input = example();
  input.title = input.baseline = evil;
  input.versions = {{evil, evil}};
  input.comparison->warnings = input.comparison->only_now = {evil};
  for (HtmlClip& made : input.clips) {
    made.result.name += evil;
    made.result.prompt_id = made.result.decode = made.result.sha256 = evil;
    made.result.warnings = {evil};
    for (Measurement& m : made.result.measurements) m.note = evil;
    for (PairPictures& pair : made.worst) pair.metric = evil;
  }
  const std::string page = html_report(input);
  EXPECT_EQ(markup_fault(page), "");
  EXPECT_EQ(count(page, "<script"), count(plain, "<script"));
  for (const char* byte : {"\xff", "\x1b", "\xe2\x80\xae"}) EXPECT_FALSE(contains(page, byte));
  EXPECT_TRUE(contains(page, "&quot;&#39;&gt;&lt;script&gt;alert(1)"));
  EXPECT_TRUE(contains(page, "\\xff\\x1b[0m\\xe2\\x80\\xae&amp;amp;"));
}

TEST(HtmlReport, CallsClipsByWhatTellsThemApart) {
  const std::string page = html_report(example());
  EXPECT_TRUE(contains(page, "<h2><bdi>a/<wbr>clip.<wbr>mp4</bdi></h2>"));
  EXPECT_TRUE(contains(page, "<h2><bdi>frozen.<wbr>mp4</bdi></h2>"));
}

TEST(HtmlReport, IsTheSameForTheSame) { EXPECT_EQ(html_report(example()), html_report(example())); }

}  // namespace
}  // namespace flowreel
