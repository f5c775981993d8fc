#include "pipeline/train/latent_cache.h"

#include <gtest/gtest.h>

#include "errors/error.h"
#include "models/weights/safetensors.h"
#include "tests/pipeline/train/numbered_set.h"
#include "tests/scratch_folder.h"

namespace flowreel {
namespace {

class LatentCacheTest : public ::testing::Test {
 protected:
  LatentCache open(const ClipSet& set, int64_t count, const std::string& key = "vae") {
    const auto encode = [&](const ClipNumbers& numbers) {
      encoded_.insert(encoded_.end(), numbers.begin(), numbers.end());
      return set.clips(numbers) + offset_;
    };
    return {{folder_.path(), key, /*per_file=*/2}, set, count, encode, {}};
  }

  testing::ScratchFolder folder_;
  ClipNumbers encoded_;
  double offset_ = 0;
};

TEST_F(LatentCacheTest, EncodesAClipOnceAndOnlyWhatIsNew) {
  const LatentCache first = open(NumberedSet(3), 3);
  EXPECT_EQ(encoded_, (ClipNumbers{0, 1, 2}));
  EXPECT_EQ(folder_.file_count(), 2u);
  EXPECT_EQ(first.rows({2, 0, 2}).select(1, 0).flatten().sum().item<double>(), 4);
  encoded_.clear();
  offset_ = 100;  // tells what is encoded now from what was found
  const LatentCache second = open(NumberedSet(5), 5);
  EXPECT_EQ(encoded_, (ClipNumbers{3, 4}));
  const at::Tensor rows = second.rows({0, 1, 2, 3, 4}).select(1, 0).flatten();
  EXPECT_TRUE(at::equal(rows, at::tensor({0.0f, 1.0f, 2.0f, 103.0f, 104.0f})));
  encoded_.clear();
  open(NumberedSet(5), 2);
  EXPECT_TRUE(encoded_.empty());
}

TEST_F(LatentCacheTest, AnotherAutoencoderOrAnotherSetFindsNothing) {
  open(NumberedSet(2), 2);
  encoded_.clear();
  open(NumberedSet(2), 2, "another");
  EXPECT_EQ(encoded_, (ClipNumbers{0, 1}));
  encoded_.clear();
  open(NumberedSet(2, "other-"), 2);
  EXPECT_EQ(encoded_, (ClipNumbers{0, 1}));
  encoded_.clear();
  open(NumberedSet(2), 2);
  EXPECT_TRUE(encoded_.empty());
}

// Clips that all show the same.
class OneLook : public NumberedSet {
 public:
  using NumberedSet::NumberedSet;
  std::string identity(int64_t) const override { return "same"; }
};

TEST_F(LatentCacheTest, ClipsThatShowTheSameAreEncodedTogether) {
  const LatentCache cache = open(OneLook(3), 3);
  EXPECT_EQ(encoded_, (ClipNumbers{0}));
  EXPECT_EQ(cache.rows({0, 1, 2}).abs().sum().item<double>(), 0);
}

TEST_F(LatentCacheTest, WhatWasFinishedBeforeAStopIsKept) {
  const NumberedSet set(4);
  const auto encode = [&](const ClipNumbers& numbers) {
    if (numbers[0] == 2) throw Interrupted("stop");
    return set.clips(numbers);
  };
  EXPECT_THROW(LatentCache({folder_.path(), "vae", 2}, set, 4, encode, {}), Interrupted);
  open(set, 4);
  EXPECT_EQ(encoded_, (ClipNumbers{2, 3}));
}

TEST_F(LatentCacheTest, ABrokenFileIsNamed) {
  write_safetensors(folder_ / "latents_vae_0.safetensors", {{"latents", at::zeros({2, 1})}},
                    {{"identities", "0\n1\n"}});
  try {
    open(NumberedSet(2), 2);
    FAIL() << "expected a DataError";
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what()).find("latents_vae_0.safetensors"), std::string::npos);
  }
}

}  // namespace
}  // namespace flowreel
