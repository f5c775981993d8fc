#include "pipeline/consistency/gate.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "errors/error.h"
#include "errors/quote.h"
#include "pipeline/consistency/meter_table.h"

namespace flowreel {
namespace {

struct Sign {
  const char* text;
  Gate::Kind kind;
};
// Those that begin another one come after it.
constexpr Sign kSigns[] = {{"<=", Gate::Kind::kAtMost},    {">=", Gate::Kind::kAtLeast},
                           {"==", Gate::Kind::kEqual},     {"<", Gate::Kind::kBelow},
                           {">", Gate::Kind::kAbove},      {"+", Gate::Kind::kRelative},
                           {"~", Gate::Kind::kNotInferior}};

[[noreturn]] void refuse(const std::string& text, const std::string& what) {
  throw UsageError("gate " + quote(text, 100) + ": " + what);
}

std::string trimmed(const std::string& text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}

double parse_limit(const std::string& text, std::string number, Gate::Kind kind) {
  const bool is_share = kind == Gate::Kind::kRelative;
  const bool has_percent = number.ends_with('%');
  if (has_percent) number = trimmed(number.substr(0, number.size() - 1));
  double limit = 0;
  const char* end = number.data() + number.size();
  const auto [at, error] = std::from_chars(number.data(), end, limit);
  const bool is_margin = is_share || kind == Gate::Kind::kNotInferior;
  if (has_percent != is_share || error != std::errc() || at != end || !std::isfinite(limit) ||
      (is_margin && limit < 0))
    refuse(text, std::string("expected ") + (is_margin ? "a number of at least 0" : "a number") +
                     (is_share ? " and \"%\"" : "") + " after the sign");
  return is_share ? limit / 100 : limit;
}

bool holds(Gate::Kind kind, double value, double limit) {
  switch (kind) {
    case Gate::Kind::kAtMost:
      return value <= limit;
    case Gate::Kind::kAtLeast:
      return value >= limit;
    case Gate::Kind::kBelow:
      return value < limit;
    case Gate::Kind::kAbove:
      return value > limit;
    case Gate::Kind::kEqual:
      return value == limit;
    case Gate::Kind::kRelative:
    case Gate::Kind::kNotInferior:
      break;
  }
  return false;
}

const char* sign_of(Gate::Kind kind) {
  return std::find_if(std::begin(kSigns), std::end(kSigns),
                      [&](const Sign& sign) { return sign.kind == kind; })
      ->text;
}

std::string with_unit(double value, const Definition& definition) {
  const std::string unit = definition.unit;
  return number_text(value) + (unit == "1" || unit.empty() ? "" : " " + unit);
}

// The value that a gate may judge; otherwise nothing, and `why` says so.
std::optional<double> judged(const ClipResult& clip, const Definition& definition,
                             std::string& why) {
  const Measurement* m = measurement_of(clip, definition.name);
  const auto value = m ? telling_value(*m) : std::nullopt;
  if (value && std::isfinite(*value)) return value;
  why = !m                                       ? "not measured"
        : m->status == Status::kDegenerateStatic ? "the clip stands still: its value means nothing"
        : m->status == Status::kOk               ? "not a finite number"
                                   : std::string("no value: ") + status_name(m->status);
  return std::nullopt;
}

void judge_relative(const Gate& gate, double value, const ClipResult* partner,
                    GateOutcome& outcome) {
  if (!partner) {
    outcome.reason = "the baseline has no clip to compare it with";
    return;
  }
  const auto base = judged(*partner, *gate.definition, outcome.reason);
  if (!base) {
    outcome.reason = "in the baseline: " + outcome.reason;
    return;
  }
  const bool rises = gate.definition->direction == Direction::kHigherIsBetter;
  const double slack = gate.limit * std::abs(*base);
  const double bound = rises ? *base - slack : *base + slack;
  outcome.outcome = (rises ? value >= bound : value <= bound) ? Outcome::kPass : Outcome::kFail;
  outcome.reason = with_unit(value, *gate.definition) + ", expected " + (rises ? ">= " : "<= ") +
                   number_text(bound) + " (baseline " + number_text(*base) + ")";
}

GateOutcome judge_clip(const Gate& gate, const ClipResult& clip, const ClipResult* partner) {
  GateOutcome outcome{gate.text, clip.name, Outcome::kFail, std::nullopt, ""};
  outcome.value = judged(clip, *gate.definition, outcome.reason);
  if (!outcome.value) return outcome;
  if (gate.kind == Gate::Kind::kRelative) {
    judge_relative(gate, *outcome.value, partner, outcome);
    return outcome;
  }
  if (holds(gate.kind, *outcome.value, gate.limit)) outcome.outcome = Outcome::kPass;
  outcome.reason = with_unit(*outcome.value, *gate.definition) + ", expected " +
                   sign_of(gate.kind) + " " + number_text(gate.limit);
  return outcome;
}

GateOutcome judge_set(const Gate& gate, const Comparison& comparison) {
  GateOutcome outcome{gate.text, "", Outcome::kFail, std::nullopt, ""};
  const MetricComparison* c = comparison_of(comparison, gate.definition->name);
  if (!c) {
    outcome.reason = "not measured on both sides";
  } else if (c->without > 0) {
    outcome.reason = "pairs of which a value is missing: " + std::to_string(c->without);
  } else if (c->still_now > 0) {
    outcome.reason =
        "clips that stand still and do not in the baseline: " + std::to_string(c->still_now);
  } else if (c->statistics.pairs == 0) {
    outcome.reason = "all clips stand still: their values mean nothing";
  } else if (!c->statistics.interval) {
    outcome.value = c->statistics.mean;
    outcome.outcome = Outcome::kInconclusive;
    outcome.reason = "no interval: " + c->statistics.why_no_interval;
  } else if (!comparison.only_baseline.empty()) {
    outcome.outcome = Outcome::kInconclusive;
    outcome.reason = "clips of the baseline that are not there now: " +
                     std::to_string(comparison.only_baseline.size()) + ", the first " +
                     quote(comparison.only_baseline.front(), 100);
  } else {
    outcome.value = c->statistics.mean;
    const auto [low, high] = *c->statistics.interval;
    const bool rises = gate.definition->direction == Direction::kHigherIsBetter;
    const double least_worse = rises ? -high : low, most_worse = rises ? -low : high;
    outcome.outcome = most_worse <= gate.limit   ? Outcome::kPass
                      : least_worse > gate.limit ? Outcome::kFail
                                                 : Outcome::kInconclusive;
    outcome.reason = "worse by " + number_text(least_worse) + " to " +
                     with_unit(most_worse, *gate.definition) + " (95 %), expected at most " +
                     number_text(gate.limit);
  }
  return outcome;
}

void check(const std::vector<Gate>& gates, const Results& now, const Results* baseline) {
  if (gates.empty()) throw UsageError("no gate is given, expected at least one");
  for (const Gate& gate : gates) {
    if (gate.needs_baseline() && !baseline)
      refuse(gate.text, "it needs a baseline, and there is none");
  }
  if (now.clips.empty()) throw DataError("there is no clip that a gate could judge");
}

}  // namespace

Gate parse_gate(const std::string& text) {
  const size_t place = text.find_first_of("<>=+~");
  const std::string name = trimmed(text.substr(0, place));
  const std::string rest = place == std::string::npos ? "" : text.substr(place);
  const auto* sign = std::find_if(std::begin(kSigns), std::end(kSigns),
                                  [&](const Sign& s) { return rest.starts_with(s.text); });
  if (sign == std::end(kSigns) || name.empty())
    refuse(text,
           "expected METRIC<=VALUE (or >= < > ==), METRIC+PERCENT% or METRIC~MARGIN, such as "
           "\"still_ratio<=0.3\"");
  const std::string number = trimmed(rest.substr(std::string(sign->text).size()));
  Gate gate;
  gate.text = name + sign->text + number;
  gate.definition = &definition_of(name);
  gate.kind = sign->kind;
  gate.limit = parse_limit(text, number, gate.kind);
  if (gate.needs_baseline() && gate.definition->direction == Direction::kNeither)
    refuse(text,
           "of " + name + " neither direction is better, expected a limit by <= >= < > or ==");
  return gate;
}

const char* outcome_name(Outcome outcome) {
  switch (outcome) {
    case Outcome::kPass:
      return "pass";
    case Outcome::kFail:
      return "fail";
    case Outcome::kInconclusive:
      return "inconclusive";
  }
  return "";
}

std::vector<GateOutcome> check_gates(const std::vector<Gate>& gates, const Results& now,
                                     const Results* baseline) {
  check(gates, now, baseline);
  const auto of_set = [](const Gate& gate) { return gate.kind == Gate::Kind::kNotInferior; };
  std::map<const ClipResult*, const ClipResult*> partners;
  if (std::any_of(gates.begin(), gates.end(), [](const Gate& g) { return g.needs_baseline(); })) {
    for (const ClipPair& pair : pair_clips(now, *baseline).pairs)
      partners[pair.now] = pair.baseline;
  }
  std::vector<GateOutcome> outcomes;
  for (const ClipResult& clip : now.clips) {
    const auto partner = partners.find(&clip);
    for (const Gate& gate : gates) {
      if (!of_set(gate))
        outcomes.push_back(
            judge_clip(gate, clip, partner == partners.end() ? nullptr : partner->second));
    }
  }
  if (std::any_of(gates.begin(), gates.end(), of_set)) {
    const Comparison comparison = compare(now, *baseline);
    for (const Gate& gate : gates) {
      if (of_set(gate)) outcomes.push_back(judge_set(gate, comparison));
    }
  }
  return outcomes;
}

Outcome overall(const std::vector<GateOutcome>& outcomes) {
  const auto any = [&](Outcome outcome) {
    return std::any_of(outcomes.begin(), outcomes.end(),
                       [&](const GateOutcome& o) { return o.outcome == outcome; });
  };
  if (outcomes.empty() || any(Outcome::kFail)) return Outcome::kFail;
  return any(Outcome::kInconclusive) ? Outcome::kInconclusive : Outcome::kPass;
}

}  // namespace flowreel
