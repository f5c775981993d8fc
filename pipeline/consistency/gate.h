// Conditions that clips must meet, for a person's own checks and for CI.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pipeline/consistency/compare.h"
#include "pipeline/consistency/result.h"

namespace flowreel {

// Four kinds, of any metric (spaces between the parts do not matter):
//   flicker_mc<=1.5   of each clip: its value, also with >= < > ==
//   flicker_mc+10%    of each clip: no worse than its partner in the baseline by more than 10 % of
//                     the partner's value; "worse" follows the metric's direction
//   flicker_mc~0.2    of all pairs together: not worse than the baseline by more than 0.2 (in the
//                     metric's unit) on average, judged by the interval, so that chance alone does
//                     not fail it
// The last two need a metric of which one direction is better.
struct Gate {
  enum class Kind { kAtMost, kAtLeast, kBelow, kAbove, kEqual, kRelative, kNotInferior };

  std::string text;  // as it was written, without spaces around its parts
  const Definition* definition = nullptr;
  Kind kind = Kind::kAtMost;
  double limit = 0;  // for kRelative a share, 0.1 for 10 %

  bool needs_baseline() const { return kind == Kind::kRelative || kind == Kind::kNotInferior; }
};

// UsageError: not of this form, or no such metric; the text says what was expected.
Gate parse_gate(const std::string& text);

enum class Outcome { kPass, kFail, kInconclusive };
const char* outcome_name(Outcome outcome);  // "pass", "fail", "inconclusive"

struct GateOutcome {
  std::string gate;  // its text
  std::string clip;  // name; empty: of all pairs together
  Outcome outcome = Outcome::kFail;
  std::optional<double> value;  // what was held against the gate: a clip's value, a mean difference
  std::string reason;           // "0.42 levels, expected <= 0.3"
};

// Clip by clip in the order of the gates; then the gates on all pairs, one outcome each.
//
// What cannot be judged fails. A clip fails a gate on a metric that was not measured or has no
// value (weights missing, too few frames, …); a relative one when it has no partner, or the partner
// no value. A clip that stands still fails every gate on a metric whose value then means nothing
// (kDegenerateStatic), whatever the value is; a gate on a metric that shows_stillness() judges it
// as any other, and so do metrics that give a still clip the status kOk. Of a partner that stands
// still there is nothing to be relative to: that fails too.
//
// kNotInferior passes when the whole interval of the mean difference lies within the limit, fails
// when the whole interval lies beyond it, and is inconclusive in between and where there is no
// interval, or where clips of the baseline have no partner. Clips without a partner do not enter.
// It fails as well when no pair enters, when a value of a pair is missing, and when a clip stands
// still that does not in the baseline: what has no value must not improve the mean.
//
// UsageError: no gate; or one that needs a baseline, and there is none. DataError: no clip; as
// compare().
std::vector<GateOutcome> check_gates(const std::vector<Gate>& gates, const Results& now,
                                     const Results* baseline = nullptr);

// kFail if any fails, else kInconclusive if any is, else kPass; kFail for none at all.
Outcome overall(const std::vector<GateOutcome>& outcomes);

}  // namespace flowreel
