#include "pipeline/train/reflow/pair_set.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "errors/error.h"
#include "files/file.h"
#include "models/weights/safetensors.h"
#include "tests/scratch_folder.h"

namespace flowreel {
namespace {

constexpr int64_t kCount = 10, kBatch = 4;

std::string caption_of(int64_t number) { return "clip\n\"" + std::to_string(number) + "\""; }

// Data is twice the noise; what was asked for is counted.
struct Teacher {
  int made = 0;
  int stop_at = 0;
  PairSet::Make make() {
    return [this](const at::Tensor& noise, const std::vector<std::string>& captions) {
      if (++made == stop_at) throw Interrupted("stopped");
      EXPECT_EQ(noise.size(0), static_cast<int64_t>(captions.size()));
      const at::Tensor each = noise.flatten(1).to(at::kDouble).square().sum(1);
      return Carried{noise * 2, each / 2, each};
    };
  }
};

class PairSetTest : public ::testing::Test {
 protected:
  PairSetOptions options(const std::string& folder = "pairs") const {
    PairSetOptions o;
    o.folder = folder_ / folder;
    o.name = "training";
    o.key = "teacher";
    o.shape = {3, 2};
    o.seed = 5;
    o.count = kCount;
    o.batch = kBatch;
    return o;
  }
  PairSet set(const PairSetOptions& o) { return PairSet(o, caption_of, teacher_.make()); }
  static Batch all(const PairSet& set) {
    ClipNumbers numbers;
    for (int64_t i = 0; i < set.count(); ++i) numbers.push_back(i);
    return set.pairs(numbers);
  }
  std::string file(int first, const std::string& folder = "pairs") const {
    return folder_ / (folder + "/training_00000000" + std::to_string(first) + ".safetensors");
  }
  std::string bytes(const std::string& path) const { return read_text(path, 1 << 20); }

  testing::ScratchFolder folder_;
  Teacher teacher_;
};

TEST_F(PairSetTest, PairsNoiseWithWhatTheTeacherMadeOfIt) {
  const PairSet made = set(options());
  const Batch batch = made.pairs({9, 0});
  ASSERT_EQ(batch.data.sizes(), at::IntArrayRef({2, 3, 2}));
  EXPECT_TRUE(at::equal(batch.data, (batch.noise * 2).to(at::kHalf).to(at::kFloat)));
  EXPECT_EQ(batch.captions, (std::vector<std::string>{caption_of(9), caption_of(0)}));
  EXPECT_FALSE(at::equal(batch.noise[0], batch.noise[1]));
  const double each = all(made).noise.to(at::kDouble).square().mean().item<double>();
  EXPECT_NEAR(made.transport(), each, 1e-9);
  EXPECT_NEAR(made.straightness(), each / 2, 1e-9);
}

TEST_F(PairSetTest, NumbersGoOnAndStreamsShareNoNoise) {
  PairSetOptions later = options("later"), other = options("other");
  later.first = 4;
  other.stream = 1;
  const Batch whole = all(set(options())), end = all(set(later)), others = all(set(other));
  EXPECT_TRUE(at::equal(end.noise.slice(0, 0, 6), whole.noise.slice(0, 4)));
  EXPECT_EQ(end.captions.front(), caption_of(4));
  EXPECT_FALSE((others.noise == whole.noise).any().item<bool>());
}

TEST_F(PairSetTest, StoppedHalfWayItGoesOnWithTheSameBits) {
  set(options("whole"));
  teacher_ = {};
  teacher_.stop_at = 3;
  EXPECT_THROW(set(options()), Interrupted);
  EXPECT_TRUE(std::filesystem::exists(file(4)));
  EXPECT_FALSE(std::filesystem::exists(file(8)));
  teacher_ = {};
  set(options());
  EXPECT_EQ(teacher_.made, 1) << "what is there is not made again";
  std::filesystem::remove(file(0));
  set(options());
  EXPECT_EQ(teacher_.made, 2);
  for (int first : {0, 4, 8}) EXPECT_EQ(bytes(file(first)), bytes(file(first, "whole")));
}

TEST_F(PairSetTest, TellsOfWhatIsNew) {
  std::vector<int64_t> told;
  PairSetOptions o = options();
  set(o);
  std::filesystem::remove(file(4));
  o.progress = [&](int64_t done, int64_t total) {
    EXPECT_EQ(total, kCount);
    told.push_back(done);
  };
  set(o);
  EXPECT_EQ(told, std::vector<int64_t>{8});
}

TEST_F(PairSetTest, ABrokenFileIsNamed) {
  set(options());
  const std::string good = bytes(file(4));
  std::string flipped = good;
  flipped[flipped.size() - 1] = static_cast<char>(flipped.back() ^ 1);
  const std::string broken[] = {good.substr(0, good.size() - 1), good.substr(0, 20), "", flipped};
  for (const std::string& content : broken) {
    folder_.put("pairs/training_000000004.safetensors", content);
    try {
      set(options());
      ADD_FAILURE() << content.size() << " bytes were taken";
    } catch (const DataError& error) {
      EXPECT_NE(std::string(error.what()).find("training_000000004"), std::string::npos);
    }
  }
  write_safetensors(file(4), {{"samples", at::zeros({4, 3, 2})}});
  EXPECT_THROW(set(options()), DataError);
  EXPECT_EQ(teacher_.made, 3) << "nothing is made again unasked";
}

TEST_F(PairSetTest, PairsOfAnotherTeacherOrCaptionAreRefused) {
  set(options());
  PairSetOptions key = options(), seed = options(), captions = options(), shape = options();
  key.key = "another";
  seed.seed = 6;
  captions.first = 1;
  shape.shape = {2, 3};
  EXPECT_THROW(set(key), ConfigError);
  EXPECT_THROW(set(seed), ConfigError);
  EXPECT_THROW(set(captions), ConfigError);
  EXPECT_THROW(set(shape), DataError);
}

TEST_F(PairSetTest, WhatIsNotFiniteIsNotKept) {
  const PairSet::Make wild = [](const at::Tensor& noise, const std::vector<std::string>&) {
    const at::Tensor zero = at::zeros({noise.size(0)}, at::kDouble);
    return Carried{noise * 1e6, zero, zero};
  };
  EXPECT_THROW(PairSet(options(), caption_of, wild), NumericsError);
  EXPECT_FALSE(std::filesystem::exists(file(0)));
}

}  // namespace
}  // namespace flowreel
