#include "pipeline/train/shapes/split.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

namespace flowreel::shapes {
namespace {

std::vector<Motion> all_motions() {
  std::vector<Motion> all;
  for (int i = 0; i < kMotions; ++i) all.push_back(static_cast<Motion>(i));
  return all;
}

TEST(Split, ATenthOfTheLegalTriplesIsHeldOut) {
  const std::vector<Triple> all = triples(Split::kAll, all_motions());
  EXPECT_EQ(all.size(), 512u);  // 6 kinds, 8 colours, 11 motions, but for 2 x 8 that spin unseen
  EXPECT_EQ(triples(Split::kHeldOut, all_motions()).size(), 52u);
  EXPECT_EQ(triples(Split::kTraining, all_motions()).size(), 460u);
}

TEST(Split, EveryWordIsStillFrequentInTrainingAndIsTested) {
  std::map<std::string, int> count, out;
  for (const Triple& triple : triples(Split::kAll, all_motions())) {
    for (std::string_view word : {name(triple.kind), name(triple.colour), name(triple.motion)}) {
      ++count[std::string(word)];
      out[std::string(word)] += held_out(triple.kind, triple.colour, triple.motion);
    }
  }
  for (const auto& [word, times] : count) {
    EXPECT_GE(out[word], 0.06 * times) << word;
    EXPECT_LE(out[word], 0.14 * times) << word;
  }
}

TEST(Split, ThreeColoursAreLeftForEveryMotion) {
  for (Motion motion : all_motions()) {
    for (Split split : {Split::kTraining, Split::kHeldOut}) {
      std::set<Colour> colours;
      for (const Triple& triple : triples(split, {motion})) colours.insert(triple.colour);
      EXPECT_GE(colours.size(), 3u) << name(motion);
    }
  }
}

// Models are trained on this split: it must never change.
TEST(Split, KnownAnswers) {
  uint64_t hash = 0;
  for (const Triple& triple : triples(Split::kHeldOut, all_motions())) {
    EXPECT_TRUE(held_out(triple.kind, triple.colour, triple.motion));
    hash = hash * 1000003 + static_cast<uint64_t>(triple.kind) * 88 +
           static_cast<uint64_t>(triple.colour) * 11 + static_cast<uint64_t>(triple.motion);
  }
  EXPECT_EQ(hash, 6601381387170577868u);
}

TEST(Split, OnlyTheAskedMotions) {
  const std::vector<Triple> some = triples(Split::kAll, {Motion::kSpinning, Motion::kLeft});
  EXPECT_EQ(some.size(), 4u * 8 + 6 * 8);
  for (const Triple& triple : some) EXPECT_TRUE(legal(triple.kind, triple.motion));
}

}  // namespace
}  // namespace flowreel::shapes
