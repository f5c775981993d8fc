#include "pipeline/consistency/gate.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "errors/error.h"
#include "tests/pipeline/consistency/test_results.h"

namespace flowreel {
namespace {

using namespace test;
using Kind = Gate::Kind;

Gate gate_of(const Definition& definition, Kind kind, double limit) {
  return {definition.name, &definition, kind, limit};
}

GateOutcome judged(const Gate& gate, const Measurement& m) {
  Results now;
  now.clips = {clip_named("a.mp4", {m})};
  return check_gates({gate}, now).at(0);
}

Outcome outcome_of(Kind kind, double limit, double value) {
  return judged(gate_of(kFlicker, kind, limit), value_of(kFlicker, value)).outcome;
}

GateOutcome relative(const Definition& definition, double share, double now, double before) {
  Results a, b;
  a.clips = {clip_named("a.mp4", {value_of(definition, now)})};
  b.clips = {clip_named("a.mp4", {value_of(definition, before)})};
  return check_gates({gate_of(definition, Kind::kRelative, share)}, a, &b).at(0);
}

// Twelve pairs whose differences are shift +- 0.1 in turn: an interval of about +- 0.055.
Results arm(const Definition& definition, double shift, double spread) {
  return clips(12, [&](int i) {
    return std::vector{value_of(definition, 5 + shift + (i % 2 == 0 ? spread : -spread))};
  });
}

GateOutcome not_inferior(const Definition& definition, double margin, const Results& now) {
  const Results baseline = arm(definition, 0, 0);
  const auto outcomes =
      check_gates({gate_of(definition, Kind::kNotInferior, margin)}, now, &baseline);
  EXPECT_EQ(outcomes.size(), 1u);
  return outcomes.at(0);
}

TEST(Gate, IsParsed) {
  const auto parsed = [](const std::string& text, Kind kind, double limit) {
    const Gate gate = parse_gate(text);
    EXPECT_EQ(gate.kind, kind) << text;
    EXPECT_DOUBLE_EQ(gate.limit, limit) << text;
    EXPECT_EQ(gate.definition->name, std::string("temporal_flickering"));
  };
  parsed("temporal_flickering<=0.5", Kind::kAtMost, 0.5);
  parsed("temporal_flickering>=-1e-3", Kind::kAtLeast, -1e-3);
  parsed("temporal_flickering<0", Kind::kBelow, 0);
  parsed("temporal_flickering>0", Kind::kAbove, 0);
  parsed("temporal_flickering==1", Kind::kEqual, 1);
  parsed("temporal_flickering+10%", Kind::kRelative, 0.1);
  parsed("temporal_flickering~0.01", Kind::kNotInferior, 0.01);
  parsed(" temporal_flickering  <=\t0.5 ", Kind::kAtMost, 0.5);
  EXPECT_EQ(parse_gate(" temporal_flickering + 10 % ").text, "temporal_flickering+10 %");
  EXPECT_EQ(parse_gate("scene_cuts == 0").text, "scene_cuts==0");
  EXPECT_FALSE(parse_gate("scene_cuts==0").needs_baseline());
  EXPECT_TRUE(parse_gate("temporal_flickering~0").needs_baseline());
}

TEST(Gate, OtherTextsAreRefused) {
  const auto refused = [](const std::string& text) {
    return text_of<UsageError>([&] { parse_gate(text); });
  };
  EXPECT_EQ(refused("scene_cuts"),
            "gate \"scene_cuts\": expected METRIC<=VALUE (or >= < > ==), METRIC+PERCENT% or "
            "METRIC~MARGIN, such as \"still_ratio<=0.3\"");
  EXPECT_EQ(refused("scene_cuts<=x"), "gate \"scene_cuts<=x\": expected a number after the sign");
  EXPECT_EQ(refused("temporal_flickering+10"),
            "gate \"temporal_flickering+10\": expected a number of at least 0 and \"%\" after the "
            "sign");
  for (const char* text :
       {"", "<=1", "scene_cuts=1", "scene_cuts<=", "scene_cuts<=1%", "scene_cuts<=1 0",
        "scene_cuts<=nan", "scene_cuts<=inf", "scene_cuts<=1e999", "scene_cuts<=0.1x",
        "scene_cuts<=<=1", "scene_cuts!=1", "temporal_flickering~-1", "temporal_flickering~1%",
        "temporal_flickering+-1%", "temporal_flickering+%"})
    EXPECT_NE(refused(text), "") << text;
  EXPECT_EQ(refused("no_such<=1").find("\"no_such\" is not a metric; expected one of scene_cuts"),
            0u);
  EXPECT_EQ(refused("scene_cuts+10%"),
            "gate \"scene_cuts+10%\": of scene_cuts neither direction is better, expected a limit "
            "by <= >= < > or ==");
}

TEST(Gate, ComparesByItsSign) {
  const auto three = [](Kind kind) {
    std::string passed;
    for (const double value : {1.0, 2.0, 3.0})
      passed += outcome_of(kind, 2, value) == Outcome::kPass ? 'y' : 'n';
    return passed;
  };
  EXPECT_EQ(three(Kind::kAtMost), "yyn");
  EXPECT_EQ(three(Kind::kAtLeast), "nyy");
  EXPECT_EQ(three(Kind::kBelow), "ynn");
  EXPECT_EQ(three(Kind::kAbove), "nny");
  EXPECT_EQ(three(Kind::kEqual), "nyn");
}

TEST(Gate, SaysWhatItHeldAgainstWhat) {
  const GateOutcome o = judged(gate_of(kFlicker, Kind::kAtMost, 0.3), value_of(kFlicker, 0.42));
  EXPECT_EQ(o.outcome, Outcome::kFail);
  EXPECT_EQ(o.clip, "a.mp4");
  EXPECT_EQ(o.gate, "flicker");
  EXPECT_EQ(o.value, 0.42);
  EXPECT_EQ(o.reason, "0.42 levels, expected <= 0.3");
}

TEST(Gate, WhatHasNoValueFails) {
  const Gate gate = gate_of(kFlicker, Kind::kAtMost, 100);
  const auto fails = [](const GateOutcome& o, const std::string& reason) {
    EXPECT_EQ(o.outcome, Outcome::kFail);
    EXPECT_EQ(o.reason, reason);
    EXPECT_FALSE(o.value);
  };
  fails(judged(gate, value_of(kLikeness, 1)), "not measured");
  fails(judged(gate, no_value(kFlicker, Status::kWeightsMissing)), "no value: weights_missing");
  fails(judged(gate, no_value(kFlicker, Status::kNotApplicable)), "no value: not_applicable");
  fails(judged(gate, no_value(kFlicker, Status::kOk)), "not a finite number");
}

TEST(Gate, AStillClipFailsButForWhatShowsStillness) {
  const GateOutcome o = judged(gate_of(kFlicker, Kind::kAtMost, 100),
                               value_of(kFlicker, 0, Status::kDegenerateStatic));
  EXPECT_EQ(o.outcome, Outcome::kFail);
  EXPECT_EQ(o.reason, "the clip stands still: its value means nothing");
  const auto still = [](const Definition& d, Kind kind, double limit, double value) {
    return judged(gate_of(d, kind, limit), value_of(d, value, Status::kDegenerateStatic)).outcome;
  };
  EXPECT_EQ(still(kStillRatio, Kind::kAtMost, 0.3, 1), Outcome::kFail);
  EXPECT_EQ(still(kStillRatio, Kind::kAtMost, 1, 1), Outcome::kPass);
  EXPECT_EQ(still(kMotion, Kind::kAtLeast, 0.1, 0), Outcome::kFail);
  EXPECT_EQ(still(kMotion, Kind::kAtMost, 0.1, 0), Outcome::kPass);
}

TEST(Gate, RelativeFollowsTheDirection) {
  EXPECT_EQ(relative(kFlicker, 0.25, 2.5, 2).outcome, Outcome::kPass);
  EXPECT_EQ(relative(kFlicker, 0.25, 2.5001, 2).outcome, Outcome::kFail);
  EXPECT_EQ(relative(kFlicker, 0.25, 0, 2).outcome, Outcome::kPass);
  EXPECT_EQ(relative(kLikeness, 0.25, 1.5, 2).outcome, Outcome::kPass);
  EXPECT_EQ(relative(kLikeness, 0.25, 1.4999, 2).outcome, Outcome::kFail);
  EXPECT_EQ(relative(kLikeness, 0.25, 9, 2).outcome, Outcome::kPass);
  // A share of a negative value is as large as that of a positive one.
  EXPECT_EQ(relative(kFlicker, 0.25, -1.5, -2).outcome, Outcome::kPass);
  EXPECT_EQ(relative(kFlicker, 0.25, -1.4, -2).outcome, Outcome::kFail);
  EXPECT_EQ(relative(kFlicker, 0.25, 0, 0).outcome, Outcome::kPass);
  EXPECT_EQ(relative(kFlicker, 0.25, 0.1, 0).outcome, Outcome::kFail);
  EXPECT_EQ(relative(kFlicker, 0.25, 3, 2).reason, "3 levels, expected <= 2.5 (baseline 2)");
}

TEST(Gate, RelativeNeedsAPartnerWithAValue) {
  const Gate gate = gate_of(kFlicker, Kind::kRelative, 9);
  Results now, baseline;
  now.clips = {clip_named("a.mp4", {value_of(kFlicker, 1)}),
               clip_named("b.mp4", {value_of(kFlicker, 1)}),
               clip_named("c.mp4", {value_of(kFlicker, 1)})};
  baseline.clips = {clip_named("b.mp4", {no_value(kFlicker, Status::kTooFewFrames)}),
                    clip_named("c.mp4", {value_of(kFlicker, 1, Status::kDegenerateStatic)})};
  const auto outcomes = check_gates({gate}, now, &baseline);
  ASSERT_EQ(outcomes.size(), 3u);
  for (const GateOutcome& o : outcomes) EXPECT_EQ(o.outcome, Outcome::kFail);
  EXPECT_EQ(outcomes[0].reason, "the baseline has no clip to compare it with");
  EXPECT_EQ(outcomes[1].reason, "in the baseline: no value: too_few_frames");
  EXPECT_EQ(outcomes[2].reason, "in the baseline: the clip stands still: its value means nothing");
}

TEST(Gate, NotInferiorIsJudgedByTheInterval) {
  for (const Definition* d : {&kFlicker, &kLikeness}) {
    const double worse = d == &kFlicker ? 1 : -1;
    EXPECT_EQ(not_inferior(*d, 0.2, arm(*d, 0, 0.1)).outcome, Outcome::kPass);
    EXPECT_EQ(not_inferior(*d, 0.2, arm(*d, worse * -3, 0.1)).outcome, Outcome::kPass);
    EXPECT_EQ(not_inferior(*d, 0.2, arm(*d, worse * 0.2, 0.1)).outcome, Outcome::kInconclusive);
    EXPECT_EQ(not_inferior(*d, 0.2, arm(*d, worse * 0.12, 0.1)).outcome, Outcome::kPass);
    EXPECT_EQ(not_inferior(*d, 0.2, arm(*d, worse * 0.3, 0.1)).outcome, Outcome::kFail);
  }
  EXPECT_EQ(not_inferior(kFlicker, 0, arm(kFlicker, 0, 0)).outcome, Outcome::kPass);
  const GateOutcome o = not_inferior(kFlicker, 0.25, arm(kFlicker, 0.5, 0));
  EXPECT_EQ(o.clip, "");
  EXPECT_EQ(o.reason, "worse by 0.5 to 0.5 levels (95 %), expected at most 0.25");
}

TEST(Gate, NotInferiorFailsWhereClipsFreezeOrLackAValue) {
  Results now = arm(kFlicker, 0, 0);
  now.clips[3].measurements = {value_of(kFlicker, 0, Status::kDegenerateStatic)};
  now.clips[3].end.still = true;
  EXPECT_EQ(not_inferior(kFlicker, 1, now).outcome, Outcome::kFail);
  EXPECT_EQ(not_inferior(kFlicker, 1, now).reason,
            "clips that stand still and do not in the baseline: 1");
  now.clips[3].measurements = {no_value(kFlicker, Status::kNoValidPixels)};
  EXPECT_EQ(not_inferior(kFlicker, 1, now).reason, "pairs of which a value is missing: 1");
  for (ClipResult& clip : now.clips) clip.measurements = {value_of(kLikeness, 1)};
  EXPECT_EQ(not_inferior(kFlicker, 1, now).outcome, Outcome::kFail);
  EXPECT_EQ(not_inferior(kFlicker, 1, now).reason, "not measured on both sides");
}

TEST(Gate, NotInferiorIsInconclusiveWhereClipsAreMissing) {
  Results now = arm(kFlicker, 0, 0);
  now.clips.pop_back();
  EXPECT_EQ(not_inferior(kFlicker, 1, now).outcome, Outcome::kInconclusive);
  EXPECT_NE(not_inferior(kFlicker, 1, now).reason.find("that are not there now: 1"),
            std::string::npos);
}

TEST(Gate, NotInferiorIsInconclusiveForFewPairs) {
  Results now = arm(kFlicker, 0, 0);
  now.clips.resize(7);
  EXPECT_EQ(not_inferior(kFlicker, 1, now).outcome, Outcome::kInconclusive);
  EXPECT_EQ(not_inferior(kFlicker, 1, now).reason, "no interval: 7 pairs, at least 8 are needed");
}

TEST(Gate, ComeClipByClipAndThoseOnAllPairsLast) {
  const Results now = arm(kFlicker, 0, 0);
  const auto outcomes =
      check_gates({gate_of(kFlicker, Kind::kNotInferior, 1), gate_of(kFlicker, Kind::kAtMost, 9),
                   gate_of(kLikeness, Kind::kAtMost, 9)},
                  now, &now);
  ASSERT_EQ(outcomes.size(), 2 * 12 + 1u);
  EXPECT_EQ(outcomes[2].clip, "c1.mp4");
  EXPECT_EQ(outcomes[3].gate, "likeness");
  EXPECT_EQ(outcomes[24].clip, "");
}

TEST(Gate, NothingToJudgeIsAnError) {
  const Results some = arm(kFlicker, 0, 0);
  EXPECT_EQ(text_of<UsageError>([&] { check_gates({}, some); }),
            "no gate is given, expected at least one");
  EXPECT_EQ(
      text_of<UsageError>([&] { check_gates({gate_of(kFlicker, Kind::kRelative, 1)}, some); }),
      "gate \"flicker\": it needs a baseline, and there is none");
  EXPECT_THROW(check_gates({gate_of(kFlicker, Kind::kAtMost, 1)}, {}), DataError);
}

TEST(Gate, OverallIsTheWorst) {
  const auto of = [](std::vector<Outcome> outcomes) {
    std::vector<GateOutcome> all;
    for (const Outcome outcome : outcomes) all.push_back({"", "", outcome, std::nullopt, ""});
    return overall(all);
  };
  using enum Outcome;
  EXPECT_EQ(of({kPass, kPass}), kPass);
  EXPECT_EQ(of({kPass, kInconclusive}), kInconclusive);
  EXPECT_EQ(of({kInconclusive, kFail, kPass}), kFail);
  EXPECT_EQ(of({}), kFail);
}

}  // namespace
}  // namespace flowreel
