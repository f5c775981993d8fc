#include "pipeline/consistency/compare.h"

#include <gtest/gtest.h>

#include <cmath>

#include "errors/error.h"
#include "tests/pipeline/consistency/test_results.h"

namespace flowreel {
namespace {

using namespace test;

constexpr int kClips = 12;

// A scatter of differences of about 0.1 around 0, exactly 0 on average over twelve clips.
double scatter(int i) { return ((i * 5) % kClips - 5.5) / 35; }

// `shift` more than the baseline's 1 + i / 10, scattered.
Results shifted(const Definition& definition, double shift, int count = kClips) {
  return clips(count, [&](int i) {
    return std::vector{value_of(definition, 1 + i / 10.0 + shift + scatter(i))};
  });
}

Results base(const Definition& definition, int count = kClips) {
  return clips(count, [&](int i) { return std::vector{value_of(definition, 1 + i / 10.0)}; });
}

MetricComparison only(const Results& now, const Results& baseline) {
  const Comparison comparison = compare(now, baseline);
  EXPECT_EQ(comparison.metrics.size(), 1u);
  return comparison.metrics.at(0);
}

TEST(Compare, KnowsWhichDirectionIsBetter) {
  EXPECT_EQ(only(shifted(kFlicker, -1), base(kFlicker)).verdict, ComparisonVerdict::kBetter);
  EXPECT_EQ(only(shifted(kFlicker, 1), base(kFlicker)).verdict, ComparisonVerdict::kWorse);
  EXPECT_EQ(only(shifted(kLikeness, 1), base(kLikeness)).verdict, ComparisonVerdict::kBetter);
  EXPECT_EQ(only(shifted(kLikeness, -1), base(kLikeness)).verdict, ComparisonVerdict::kWorse);
  EXPECT_EQ(only(shifted(kMotion, 1), base(kMotion)).verdict, ComparisonVerdict::kDiffers);
}

TEST(Compare, SaysWhatItFound) {
  const MetricComparison c = only(shifted(kFlicker, -1), base(kFlicker));
  EXPECT_EQ(c.definition->name, std::string("flicker"));
  EXPECT_NEAR(c.baseline_mean, 1.55, 1e-12);
  EXPECT_NEAR(c.now_mean, 0.55, 1e-12);
  EXPECT_NEAR(c.statistics.mean, -1, 1e-12);
  EXPECT_EQ(c.statistics.pairs, kClips);
  EXPECT_LT(c.statistics.interval->low, -1);
  EXPECT_GT(c.statistics.interval->high, -1);
  EXPECT_DOUBLE_EQ(*c.p_adjusted, 2.0 / 4096);  // all twelve fall
  EXPECT_EQ(c.wins, kClips);
  EXPECT_EQ(c.losses, 0);
}

TEST(Compare, KeepsTheValuesOfThePairsThatEnter) {
  Results now = shifted(kFlicker, -1);
  now.clips[1].measurements[0] = no_value(kFlicker, Status::kTooFewFrames);
  const MetricComparison c = only(now, base(kFlicker));
  ASSERT_EQ(c.values.size(), static_cast<size_t>(kClips - 1));
  EXPECT_EQ(c.values[1].clip, "c2.mp4");
  EXPECT_DOUBLE_EQ(c.values[1].baseline, 1.2);
  EXPECT_DOUBLE_EQ(c.values[1].now, *now.clips[2].measurements[0].value);
  EXPECT_FALSE(c.now_spread);  // every clip is of a prompt of its own
}

TEST(Compare, TellsSeedsFromPromptsOnEitherSide) {
  const auto arm = [](double prompt, double seed) {
    Results results = clips(4, [&](int i) {
      return std::vector{value_of(kFlicker, 5 + prompt * (i / 2) + seed * (i % 2))};
    });
    for (int i = 0; i < 4; ++i) {
      results.clips[static_cast<size_t>(i)].prompt_id = i < 2 ? "cat" : "dog";
      results.clips[static_cast<size_t>(i)].seed = static_cast<uint64_t>(i % 2);
    }
    return results;
  };
  const MetricComparison c = only(arm(10, 2), arm(10, 0));
  ASSERT_TRUE(c.now_spread && c.baseline_spread);
  EXPECT_DOUBLE_EQ(c.now_spread->between_seeds, std::sqrt(2));
  EXPECT_DOUBLE_EQ(c.now_spread->between_prompts, 7);
  EXPECT_EQ(c.baseline_spread->between_seeds, 0);
  EXPECT_DOUBLE_EQ(c.baseline_spread->between_prompts, std::sqrt(50));
}

TEST(Compare, NoDifferenceIsTheSameOnlyWhenItIsKnownToBeSmall) {
  EXPECT_EQ(only(base(kFlicker), base(kFlicker)).verdict, ComparisonVerdict::kSame);
  EXPECT_EQ(only(base(kFlicker), base(kFlicker)).ties, kClips);
  EXPECT_EQ(only(shifted(kFlicker, 0), base(kFlicker)).verdict, ComparisonVerdict::kInconclusive);
}

TEST(Compare, FewPairsHaveNoVerdict) {
  const MetricComparison c = only(shifted(kFlicker, -1, 7), base(kFlicker, 7));
  EXPECT_EQ(c.verdict, ComparisonVerdict::kInconclusive);
  EXPECT_FALSE(c.statistics.interval);
  EXPECT_FALSE(c.p_adjusted);
  EXPECT_EQ(c.statistics.why_no_interval, "7 pairs, at least 8 are needed");
}

TEST(Compare, PIsAdjustedForTheNumberOfMetrics) {
  const auto two = [](double shift) {
    return clips(kClips, [&](int i) {
      return std::vector{value_of(kFlicker, i + shift * (1 + 0.1 * i)),
                         value_of(kLikeness, i + (i % 2 == 0 ? shift : -shift))};
    });
  };
  const Comparison c = compare(two(1), two(0));
  EXPECT_DOUBLE_EQ(*comparison_of(c, "flicker")->p_adjusted, 2 * 2.0 / 4096);
  EXPECT_DOUBLE_EQ(*comparison_of(c, "likeness")->p_adjusted, 1);
  EXPECT_EQ(comparison_of(c, "no_such_metric"), nullptr);
}

TEST(Compare, WhatOneMetricAloneWouldShowIsNotShownAmongThree) {
  // Nine rise by 1, three fall by 0.5: a sum of 7.5 is reached by flipping what adds up to 1.5 at
  // most, in 1 + 3 + 3 + 1 + 9 + 27 ways, and by their opposites.
  const auto make = [](double shift, bool others) {
    return clips(kClips, [&](int i) {
      std::vector<Measurement> all = {value_of(kFlicker, 5 + (i < 3 ? -shift / 2 : shift))};
      if (others) all.insert(all.end(), {value_of(kLikeness, 1), value_of(kMotion, 1)});
      return all;
    });
  };
  const MetricComparison alone = only(make(1, false), make(0, false));
  EXPECT_DOUBLE_EQ(*alone.p_adjusted, 88.0 / 4096);
  EXPECT_EQ(alone.verdict, ComparisonVerdict::kWorse);
  const Comparison three = compare(make(1, true), make(0, true));
  EXPECT_DOUBLE_EQ(*three.metrics[0].p_adjusted, 3 * 88.0 / 4096);
  EXPECT_GT(three.metrics[0].statistics.interval->low, 0);
  EXPECT_EQ(three.metrics[0].verdict, ComparisonVerdict::kInconclusive);
}

TEST(Compare, AStillClipNeverCountsAsBetter) {
  Results now = shifted(kFlicker, 0.5);
  for (const int i : {0, 1, 2}) {
    now.clips[static_cast<size_t>(i)].measurements = {
        value_of(kFlicker, 0, Status::kDegenerateStatic)};
    now.clips[static_cast<size_t>(i)].end.still = true;
  }
  Results baseline = base(kFlicker);
  baseline.clips[2] = now.clips[2];
  const MetricComparison c = only(now, baseline);
  EXPECT_EQ(c.still, 2);  // the third one stands still on both sides: alike, and a tie
  EXPECT_EQ(c.still_now, 2);
  EXPECT_EQ(c.without, 0);
  EXPECT_EQ(c.statistics.pairs, kClips - 2);
  EXPECT_EQ(c.wins, 0);
  EXPECT_EQ(c.ties, 1);
}

// Flicker on a shot that stands still in both arms is real.
TEST(Compare, WhatStandsStillOnBothSidesIsCompared) {
  Results now = base(kFlicker), baseline = base(kFlicker);
  for (Results* arm : {&now, &baseline}) {
    for (ClipResult& clip : arm->clips) {
      clip.end.still = true;
      clip.measurements[0] = value_of(kFlicker, arm == &now ? 10 : 0.5, Status::kDegenerateStatic);
    }
  }
  const MetricComparison c = only(now, baseline);
  EXPECT_EQ(c.still, 0);
  EXPECT_EQ(c.losses, static_cast<int64_t>(kClips));
  EXPECT_EQ(c.verdict, ComparisonVerdict::kWorse);
}

TEST(Compare, NotEvenWhenItsMetricDoesNotKnow) {
  Results now = base(kFlicker), baseline = base(kFlicker);
  now.clips[0].end.still = true;  // better, still, but kOk
  now.clips[0].measurements[0].value = 0;
  baseline.clips[1].end.still = true;  // the same of the other side
  baseline.clips[1].measurements[0].value = 0;
  now.clips[2].end.still = true;  // worse although still: that counts
  now.clips[2].measurements[0].value = 9;
  const MetricComparison c = only(now, baseline);
  EXPECT_EQ(c.still, 2);
  EXPECT_EQ(c.still_now, 1);
  EXPECT_EQ(c.wins, 0);
  EXPECT_EQ(c.losses, 1);
  EXPECT_EQ(c.statistics.pairs, kClips - 2);
}

TEST(Compare, ButItsStillnessCounts) {
  Results now = base(kStillRatio);
  for (ClipResult& clip : now.clips) {
    clip.end.still = true;
    clip.measurements[0] = value_of(kStillRatio, 9, Status::kDegenerateStatic);
  }
  const MetricComparison c = only(now, base(kStillRatio));
  EXPECT_EQ(c.still, 0);
  EXPECT_EQ(c.verdict, ComparisonVerdict::kWorse);
}

TEST(Compare, MissingValuesDoNotEnter) {
  Results now = shifted(kFlicker, 0), baseline = base(kFlicker);
  now.clips[0].measurements[0] = no_value(kFlicker, Status::kNoValidPixels);
  baseline.clips[1].measurements.clear();
  baseline.clips[2].measurements[0] = value_of(kFlicker, 0, Status::kDegenerateStatic);
  baseline.clips[2].end.still = true;
  const MetricComparison c = only(now, baseline);
  EXPECT_EQ(c.without, 2);
  EXPECT_EQ(c.still, 1);
  EXPECT_EQ(c.still_now, 0);
  EXPECT_EQ(c.statistics.pairs, kClips - 3);
}

// Flicker falls by 1; motion changes by so large a share of itself.
Comparison with_motion(double change) {
  const auto make = [&](double fall, double factor) {
    return clips(kClips, [&](int i) {
      return std::vector{value_of(kFlicker, 3 - fall + scatter(i)),
                         value_of(kMotion, (2 + 0.1 * i) * factor),
                         value_of(kStillRatio, 0.5 - 0.1 * fall + 0.01 * scatter(i))};
    });
  };
  return compare(make(1, 1 + change), make(0, 1));
}

TEST(Compare, AWinThatComesWithOtherMotionIsConfounded) {
  for (const double change : {-0.2, 0.2}) {
    const Comparison c = with_motion(change);
    EXPECT_EQ(comparison_of(c, "flicker")->verdict, ComparisonVerdict::kBetter);
    EXPECT_TRUE(comparison_of(c, "flicker")->confounded_by_motion);
    EXPECT_FALSE(comparison_of(c, "motion_degree")->confounded_by_motion);
    EXPECT_EQ(comparison_of(c, "still_ratio")->verdict, ComparisonVerdict::kBetter);
    EXPECT_FALSE(comparison_of(c, "still_ratio")->confounded_by_motion);
  }
  for (const double change : {-0.05, 0.0, 0.05})
    EXPECT_FALSE(comparison_of(with_motion(change), "flicker")->confounded_by_motion);
}

TEST(Compare, SaysWhenMotionIsNotKnown) {
  const std::string warning =
      "motion_degree is not measured on both sides: what looks better may only move less";
  const auto has = [&](const Comparison& c) {
    return std::find(c.warnings.begin(), c.warnings.end(), warning) != c.warnings.end();
  };
  EXPECT_TRUE(has(compare(base(kFlicker), base(kFlicker))));
  EXPECT_FALSE(has(with_motion(0)));
}

TEST(Compare, SeedsOfAPromptAreOneCluster) {
  Results now = shifted(kFlicker, -1), baseline = base(kFlicker);
  for (Results* side : {&now, &baseline}) {
    for (size_t i = 0; i < kClips; ++i) {
      side->clips[i].prompt_id = "prompt " + std::to_string(i % 3);
      side->clips[i].seed = i;
    }
  }
  const Comparison c = compare(now, baseline);
  EXPECT_EQ(c.pairs, kClips);
  EXPECT_EQ(c.clusters, 3);
  EXPECT_EQ(c.metrics[0].statistics.clusters, 3);
  EXPECT_EQ(c.metrics[0].statistics.why_no_interval, "3 prompts, at least 6 are needed");
}

TEST(Compare, AnotherDefinitionIsRefused) {
  EXPECT_EQ(text_of<DataError>([] { compare(base(kFlicker2), base(kFlicker)); }),
            "metric flicker is measured by \"test/flicker@2\", in the baseline by "
            "\"test/flicker@1\"; expected one definition, since values of two cannot be compared");
}

TEST(Compare, ListsWhoHasNoPartner) {
  Results now = base(kFlicker), baseline = base(kFlicker);
  now.clips[0].name = "new.mp4";
  const Comparison c = compare(now, baseline);
  EXPECT_EQ(c.only_now, std::vector<std::string>{"new.mp4"});
  EXPECT_EQ(c.only_baseline, std::vector<std::string>{"c0.mp4"});
  EXPECT_EQ(c.pairs, kClips - 1);
  now.clips.resize(1);
  EXPECT_EQ(text_of<DataError>([&] { compare(now, baseline); }),
            "none of 1 clips has a partner among 12 of the baseline, expected the same prompts and "
            "seeds, or file names");
}

TEST(Compare, WarnsOfWhatIsNotAlike) {
  Results now = base(kFlicker), baseline = base(kFlicker);
  now.versions = {{"opencv", "4.6.0"}, {"ffmpeg", "5.1.9"}, {"flowreel", "1.0"}};
  baseline.versions = {{"opencv", "4.10.0"}, {"ffmpeg", "5.1.9"}, {"torch", "2.6"}};
  now.clips[0].decode = "opencv/cv2-compat";
  now.clips[1].facts.width = 32;
  now.clips[2].facts.fps = 25;
  now.clips[3].end.frames = now.clips[4].end.frames = 9;
  for (ClipResult& clip : now.clips) clip.measurements.push_back(value_of(kMotion, 1));
  EXPECT_EQ(
      compare(now, baseline).warnings,
      (std::vector<std::string>{
          "version of flowreel is \"1.0\", in the baseline not known",
          "version of opencv is \"4.6.0\", in the baseline \"4.10.0\"",
          "version of torch is not known, in the baseline \"2.6\"",
          "1 of 12 pairs were decoded in different ways, which alone changes values",
          "1 of 12 pairs differ in size", "1 of 12 pairs differ in frames per second",
          "2 of 12 pairs differ in their number of frames", "the baseline has no motion_degree",
          "motion_degree is not measured on both sides: what looks better may only move "
          "less"}));
}

}  // namespace
}  // namespace flowreel
