#include "pipeline/consistency/html/marks.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/pipeline/consistency/html/example_clips.h"

namespace flowreel::html {
namespace {

using namespace test;

HtmlClip marked() {
  HtmlClip made = clip("x", {});
  made.result.facts.chunk_starts = {0, 32, 16, 48};
  made.result.facts.key_frames = {0, 12};
  made.result.end.cuts = {16};
  made.duplicates = {5, 6};
  return made;
}

TEST(Marks, AreWhatIsKnown) {
  const std::vector<Marks> marks = marks_of(marked());
  ASSERT_EQ(marks.size(), 4u);
  EXPECT_EQ(marks[0].frames, (std::vector<int64_t>{16, 32}));  // 0 joins nothing, 48 is beyond
  EXPECT_EQ(marks[1].frames, (std::vector<int64_t>{16}));
  EXPECT_EQ(marks[2].frames, (std::vector<int64_t>{0, 12}));
  EXPECT_EQ(marks[3].frames, (std::vector<int64_t>{5, 6}));
  EXPECT_TRUE(marks_of(clip("x", {})).empty());
}

TEST(Marks, AStillClipHasNoDuplicates) {
  HtmlClip made = marked();
  made.result.end.still = true;
  EXPECT_EQ(marks_of(made).size(), 3u);
}

TEST(Marks, AreNamed) {
  const std::vector<Marks> marks = marks_of(marked());
  EXPECT_EQ(marks_between(marks, 16, 16), "chunk boundary, scene cut");
  EXPECT_EQ(marks_between(marks, 1, 4), "");
  EXPECT_EQ(marks_between(marks, 6, 12), "key frame, duplicate frame");
}

TEST(Marks, DifferInShape) {
  std::set<std::string> shapes;
  for (const Marks& m : marks_of(marked())) shapes.insert(m.kind->sign(10, 0, 50).str());
  EXPECT_EQ(shapes.size(), 4u);
}

TEST(Marks, TheLegendHasThoseThatAreThere) {
  HtmlClip made = clip("x", {});
  for (int64_t frame = 4; frame < 48; frame += 4) made.result.facts.key_frames.push_back(frame);
  const std::string shown = legend(marks_of(made)).str();
  EXPECT_EQ(count(shown, "<li>"), 1u);
  EXPECT_TRUE(contains(shown,
                       "key frame <span class=\"quiet\">4, 8, 12, 16, 20, 24, 28, 32 and 3 "
                       "more</span>"));
  EXPECT_TRUE(legend({}).empty());
}

}  // namespace
}  // namespace flowreel::html
