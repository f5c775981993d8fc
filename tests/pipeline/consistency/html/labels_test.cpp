#include "pipeline/consistency/html/labels.h"

#include <gtest/gtest.h>

namespace flowreel::html {
namespace {

using Names = std::vector<std::string>;

TEST(Labels, AreTheNamesOfFiles) {
  EXPECT_EQ(labels_of({"shots/one/a.mp4", "b.mp4"}), (Names{"a.mp4", "b.mp4"}));
}

TEST(Labels, HaveFoldersUntilTheyDiffer) {
  EXPECT_EQ(labels_of({"x/a/clip.mp4", "x/b/clip.mp4", "x/b/other.mp4"}),
            (Names{"a/clip.mp4", "b/clip.mp4", "other.mp4"}));
  EXPECT_EQ(labels_of({"a/x/clip.mp4", "b/x/clip.mp4"}), (Names{"a/x/clip.mp4", "b/x/clip.mp4"}));
  EXPECT_EQ(labels_of({"clip.mp4", "b/clip.mp4"}), (Names{"clip.mp4", "b/clip.mp4"}));
  EXPECT_EQ(labels_of({"/clip.mp4", "/b/clip.mp4"}), (Names{"/clip.mp4", "b/clip.mp4"}));
}

TEST(Labels, OfTheSamePathAreTheSame) {
  EXPECT_EQ(labels_of({"a/clip.mp4", "a/clip.mp4"}), (Names{"clip.mp4", "clip.mp4"}));
}

TEST(Labels, MayBeOfFoldersAndOfNothing) {
  EXPECT_EQ(labels_of({"frames/one/"}), (Names{"one/"}));
  EXPECT_EQ(labels_of({"", "/"}), (Names{"", "/"}));
}

}  // namespace
}  // namespace flowreel::html
