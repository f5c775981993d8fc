#include "pipeline/consistency/pairing.h"

#include <gtest/gtest.h>

#include "errors/error.h"
#include "tests/pipeline/consistency/test_results.h"

namespace flowreel {
namespace {

using namespace test;

ClipResult made_from(const std::string& name, const std::string& prompt,
                     std::optional<uint64_t> seed) {
  ClipResult clip = clip_named(name);
  clip.prompt_id = prompt;
  clip.seed = seed;
  return clip;
}

TEST(Pairing, ByPromptAndSeedWhateverTheNames) {
  const Results now = {
      {made_from("x.mp4", "cat", 1), made_from("y.mp4", "cat", 2), made_from("z.mp4", "dog", 1)},
      {}};
  const Results baseline = {
      {made_from("y.mp4", "dog", 1), made_from("q.mp4", "cat", 1), made_from("x.mp4", "cat", 3)},
      {}};
  const Pairing pairing = pair_clips(now, baseline);
  ASSERT_EQ(pairing.pairs.size(), 2u);
  EXPECT_EQ(pairing.pairs[0].now, &now.clips[0]);
  EXPECT_EQ(pairing.pairs[0].baseline, &baseline.clips[1]);
  EXPECT_EQ(pairing.pairs[1].now, &now.clips[2]);
  EXPECT_EQ(pairing.pairs[1].baseline, &baseline.clips[0]);
  EXPECT_NE(pairing.pairs[0].cluster, pairing.pairs[1].cluster);
  EXPECT_EQ(pairing.only_now, std::vector<std::string>{"y.mp4"});
  EXPECT_EQ(pairing.only_baseline, std::vector<std::string>{"x.mp4"});
}

TEST(Pairing, SeedsOfAPromptAreOneCluster) {
  const Results now = {
      {made_from("a", "cat", 1), made_from("b", "cat", std::nullopt), clip_named("cat")}, {}};
  const Pairing pairing = pair_clips(now, now);
  ASSERT_EQ(pairing.pairs.size(), 3u);
  EXPECT_EQ(pairing.pairs[0].cluster, pairing.pairs[1].cluster);
  EXPECT_NE(pairing.pairs[0].cluster, pairing.pairs[2].cluster);  // a file of that name
}

TEST(Pairing, WithoutPromptsByNameWithoutFolderAndExtension) {
  const Results now = {{clip_named("new/a.v2.mp4"), clip_named("new/b.mp4")}, {}};
  const Results baseline = {{clip_named("old/b.mkv"), clip_named("a.v2.mkv")}, {}};
  const Pairing pairing = pair_clips(now, baseline);
  ASSERT_EQ(pairing.pairs.size(), 2u);
  EXPECT_EQ(pairing.pairs[0].baseline, &baseline.clips[1]);
  EXPECT_EQ(pairing.pairs[1].baseline, &baseline.clips[0]);
  EXPECT_NE(pairing.pairs[0].cluster, pairing.pairs[1].cluster);
}

TEST(Pairing, TwoOfTheSameAreRefusedOnEitherSide) {
  const Results one = {{clip_named("a.mp4")}, {}};
  const Results two = {{clip_named("x/a.mp4"), clip_named("y/a.mp4")}, {}};
  EXPECT_EQ(text_of<DataError>([&] { pair_clips(two, one); }),
            "clips \"x/a.mp4\" and \"y/a.mp4\" to be compared both have file name \"a\", expected "
            "one clip of each, so that it is clear what to compare it with");
  const Results seeds = {{made_from("a", "cat", 7), made_from("b", "cat", 7)}, {}};
  EXPECT_EQ(text_of<DataError>([&] { pair_clips(one, seeds); }),
            "clips \"a\" and \"b\" of the baseline both have prompt \"cat\" and seed 7, expected "
            "one clip of each, so that it is clear what to compare it with");
}

}  // namespace
}  // namespace flowreel
