#include "pipeline/train/clip_batches.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/pipeline/train/numbered_set.h"

namespace flowreel {
namespace {

// Clips of batches 0 … batches-1, one after the other.
ClipNumbers all_of(const ClipOrder& order, uint32_t batches) {
  ClipNumbers all;
  for (uint32_t i = 0; i < batches; ++i) {
    const ClipNumbers one = order(i);
    all.insert(all.end(), one.begin(), one.end());
  }
  return all;
}

TEST(ClipOrder, GoesOnEndlesslyOrBeginsAgain) {
  EXPECT_EQ(in_order(0, 3)(5), (ClipNumbers{15, 16, 17}));
  EXPECT_EQ(all_of(in_order(4, 3), 3), (ClipNumbers{0, 1, 2, 3, 0, 1, 2, 3, 0}));
  EXPECT_EQ(in_order(2, 5)(0), (ClipNumbers{0, 1, 0, 1, 0}));
}

TEST(ClipOrder, AnEpochHoldsEveryClipOnceInAnOrderOfItsOwn) {
  const ClipNumbers all = all_of(in_shuffled_epochs(15, 4, 7), 15);  // four epochs
  std::set<ClipNumbers> orders;
  for (int epoch = 0; epoch < 4; ++epoch) {
    ClipNumbers one(all.begin() + 15 * epoch, all.begin() + 15 * (epoch + 1));
    orders.insert(one);
    std::sort(one.begin(), one.end());
    for (int64_t i = 0; i < 15; ++i) EXPECT_EQ(one[static_cast<size_t>(i)], i);
  }
  EXPECT_EQ(orders.size(), 4u);
  EXPECT_NE(in_shuffled_epochs(15, 15, 8)(0), in_shuffled_epochs(15, 15, 7)(0));
}

TEST(ClipOrder, ABatchDependsOnItsNumberAlone) {
  const ClipOrder forwards = in_shuffled_epochs(10, 4, 7), backwards = in_shuffled_epochs(10, 4, 7);
  std::vector<ClipNumbers> batches;
  for (uint32_t i = 0; i < 9; ++i) batches.push_back(forwards(i));
  for (uint32_t i = 9; i-- > 0;) EXPECT_EQ(backwards(i), batches[i]) << i;
}

// From another implementation of Philox4x32-10: sorted(range(8), key=words.__getitem__).
TEST(ClipOrder, KnownAnswer) {
  EXPECT_EQ(in_shuffled_epochs(8, 8, 1)(0), (ClipNumbers{0, 4, 1, 2, 3, 7, 5, 6}));
}

TEST(ClipBatches, HaveTheCaptionsOfTheirClips) {
  const auto set = std::make_shared<NumberedSet>(3);
  const BatchSource batches = batches_of(
      set, in_order(3, 2), [set](const ClipNumbers& numbers) { return set->clips(numbers); });
  const Batch batch = batches(1);
  EXPECT_EQ(batch.captions, (std::vector<std::string>{"clip 2", "clip 0"}));
  EXPECT_EQ(batch.data.sizes(), (std::vector<int64_t>{2, 3, 1, 1, 1}));
  EXPECT_EQ(batch.data[0].max().item<double>(), 2);
  EXPECT_EQ(batch.data[1].max().item<double>(), 0);
}

TEST(Fingerprint, SeesEveryClipOfASetThatEnds) {
  EXPECT_EQ(fingerprint_of(NumberedSet(0)), "");
  EXPECT_EQ(fingerprint_of(NumberedSet(3)), fingerprint_of(NumberedSet(3)));
  EXPECT_NE(fingerprint_of(NumberedSet(3)), fingerprint_of(NumberedSet(4)));
  EXPECT_NE(fingerprint_of(NumberedSet(3)), fingerprint_of(NumberedSet(3, "other-")));
}

}  // namespace
}  // namespace flowreel
