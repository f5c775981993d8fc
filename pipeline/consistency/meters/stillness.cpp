#include "pipeline/consistency/meters/stillness.h"

#include <algorithm>
#include <cmath>

#include "pipeline/consistency/series.h"
#include "pipeline/consistency/still_guard.h"

namespace flowreel {
namespace {

constexpr double kLongestDuplicate = 0.25;  // seconds

const Definition kStillRatio = {"still_ratio",
                                "flowreel/still_ratio@1",
                                "1",
                                Direction::kLowerIsBetter,
                                "share of pairs with mean |f_t - f_{t-1}| <= 0.255",
                                "how much of the clip does not change at all"};
const Definition kDuplicateRatio = {
    "duplicate_ratio",
    "flowreel/duplicate_ratio@1",
    "1",
    Direction::kLowerIsBetter,
    "share of pairs in runs of still pairs of at most 0.25 s with motion beside them",
    "frames shown twice or more within motion: it stutters"};
const Definition kLongestFreeze = {"longest_freeze_s",
                                   "flowreel/longest_freeze_s@1",
                                   "s",
                                   Direction::kLowerIsBetter,
                                   "pairs of the longest run of still pairs / fps",
                                   "how long the picture stops at the longest"};

// A run of still pairs, as long as can be.
struct Run {
  int64_t first = 0, pairs = 0;  // the later frame of its first pair
  bool beside_motion = false;    // a pair next to it, in its scene, is not still
};

// differences: by the later frame of a pair, NaN where there is no pair.
std::vector<Run> still_runs(const std::vector<double>& differences) {
  const auto frames = static_cast<int64_t>(differences.size());
  const auto at = [&](int64_t i) { return differences[static_cast<size_t>(i)]; };
  const auto moves = [&](int64_t i) { return i > 0 && i < frames && at(i) > kStillLevels; };
  std::vector<Run> runs;
  for (int64_t i = 1; i < frames; ++i) {
    if (!(at(i) <= kStillLevels)) continue;
    Run run{i, 0, moves(i - 1)};
    while (i < frames && at(i) <= kStillLevels) ++i, ++run.pairs;
    run.beside_motion = run.beside_motion || moves(i);
    runs.push_back(run);
  }
  return runs;
}

// The share of the pairs that the runs cover, with 1 at each of them.
Measurement share(const Definition& definition, const std::vector<double>& differences,
                  const std::vector<Run>& runs, const ClipEnd& end) {
  std::vector<double> flags = differences;
  for (double& flag : flags) flag *= 0;  // NaN stays
  for (const Run& run : runs) std::fill_n(flags.begin() + run.first, run.pairs, 1.0);
  FrameSeries series(Reach::kPair);
  for (size_t i = 1; i < flags.size(); ++i) series.add(static_cast<int64_t>(i), flags[i]);
  return series.mean(definition, end);
}

// "every 4 frames" when three runs or more follow each other so.
std::string rhythm(const std::vector<Run>& runs) {
  if (runs.size() < 3) return "";
  const int64_t period = runs[1].first - runs[0].first;
  for (size_t i = 2; i < runs.size(); ++i) {
    if (runs[i].first - runs[i - 1].first != period) return "";
  }
  return "every " + std::to_string(period) + " frames";
}

class Stillness : public Meter {
 public:
  explicit Stillness(double fps) : fps_(fps) {}

  void see(const FrameMoment& moment) override {
    if (moment.before)
      differences_.add(moment.index,
                       mean_absolute_difference(moment.before->rgb(), moment.now->rgb()));
  }

  std::vector<Measurement> finish(const ClipEnd& end) override {
    const std::vector<double> differences = differences_.within_scenes(end);
    const std::vector<Run> runs = still_runs(differences);
    ClipEnd as_is = end;
    as_is.still = false;
    Measurement still = share(kStillRatio, differences, runs, as_is);
    Measurement duplicates = duplicate_ratio(differences, runs, end);
    Measurement freeze = longest_freeze(runs, still);
    return {std::move(still), std::move(duplicates), std::move(freeze)};
  }

 private:
  Measurement duplicate_ratio(const std::vector<double>& differences, std::vector<Run> runs,
                              const ClipEnd& end) const {
    const bool any_motion = std::any_of(differences.begin(), differences.end(),
                                        [](double d) { return d > kStillLevels; });
    if (!any_motion) {
      Measurement m = share(kDuplicateRatio, differences, runs, end);
      if (m.value) m.status = Status::kDegenerateStatic;
      return m;
    }
    const auto longest = std::max<int64_t>(1, static_cast<int64_t>(kLongestDuplicate * fps_));
    std::erase_if(runs, [&](const Run& r) { return r.pairs > longest || !r.beside_motion; });
    Measurement m = share(kDuplicateRatio, differences, runs, end);
    m.note = rhythm(runs);
    return m;
  }

  // `still`: the measurement of still_ratio, of the same pairs.
  Measurement longest_freeze(const std::vector<Run>& runs, const Measurement& still) const {
    if (!still.value) return none(kLongestFreeze, still.status);
    if (!(fps_ > 0)) return none(kLongestFreeze, Status::kNotApplicable);
    Measurement m;
    m.definition = &kLongestFreeze;
    m.samples = still.samples;
    const auto longest = std::max_element(
        runs.begin(), runs.end(), [](const Run& a, const Run& b) { return a.pairs < b.pairs; });
    m.value = longest == runs.end() ? 0 : static_cast<double>(longest->pairs) / fps_;
    if (longest != runs.end())
      m.note = "frames " + std::to_string(longest->first - 1) + " to " +
               std::to_string(longest->first + longest->pairs - 1);
    return m;
  }

  double fps_;
  FrameSeries differences_{Reach::kPair};
};

}  // namespace

MeterRow stillness() {
  return {{&kStillRatio, &kDuplicateRatio, &kLongestFreeze},
          [](const ClipFacts& facts) -> std::unique_ptr<Meter> {
            return std::make_unique<Stillness>(facts.fps);
          }};
}

}  // namespace flowreel
