#include "pipeline/consistency/html/clip_section.h"

#include <gtest/gtest.h>

#include "tests/pipeline/consistency/html/example_clips.h"
#include "tests/pipeline/consistency/html/page_faults.h"

namespace flowreel::html {
namespace {

using namespace test;

std::string shown(const HtmlClip& made) {
  const std::string html = clip_section(3, made, shared_axes({made})).str();
  EXPECT_EQ(markup_fault(html), "");
  return html;
}

TEST(ClipSection, SaysWhatTheClipIs) {
  HtmlClip made = clip("shots/coast.mp4", {});
  made.label = "coast.mp4";
  made.result.prompt_id = "a <coast>";
  made.result.seed = 7;
  made.result.sha256 = "0123";
  made.result.facts.fps = 24;
  const std::string html = shown(made);
  for (const char* words : {"id=\"clip-3\"", "<h2><bdi>coast.<wbr>mp4</bdi></h2>",
                            "shots/<wbr>coast.<wbr>mp4", "48 frames at 24 fps, 2.00 s", "256 × 160",
                            "a &lt;coast&gt;", "seed 7", "<code>0123</code>"})
    EXPECT_TRUE(contains(html, words)) << words;
  EXPECT_FALSE(contains(html, "static"));
  EXPECT_TRUE(contains(shown(still_clip("a", {})), ">static</span>"));
}

TEST(ClipSection, ShowsWhereItWasJoined) {
  HtmlClip made = clip("a", {});
  EXPECT_FALSE(contains(shown(made), "Joints"));
  made.result.facts.chunk_starts = {0, 16};
  EXPECT_TRUE(contains(shown(made), "<dd>0, 16</dd>"));
  EXPECT_FALSE(contains(shown(made), "class=\"plan\""));
  made.result.facts.tile_columns = {128};
  made.result.facts.tile_rows = {40, 80};
  const std::string tiled = shown(made);
  EXPECT_TRUE(contains(tiled, "<dd>40, 80</dd>"));
  EXPECT_TRUE(contains(tiled, "d=\"M80 0V100M0 25H160M0 50H160\""));  // 256 x 160 as 160 x 100
}

TEST(ClipSection, ShowsFramesAndLongNotes) {
  Measurement a = measurement(kFlicker, 1), b = measurement(kLikeness, 1), c = a;
  a.note = b.note = "a note that is too long to stand in a cell of the table";
  c.note = "short";
  HtmlClip made = clip("a", {a, b, c});
  made.contact = {{0, {}}, {24, {}}};
  const std::string html = shown(made);
  EXPECT_TRUE(contains(html, "<figcaption>24</figcaption>"));
  EXPECT_EQ(count(html, a.note), 1u);
  EXPECT_FALSE(contains(html, "short"));
}

}  // namespace
}  // namespace flowreel::html
