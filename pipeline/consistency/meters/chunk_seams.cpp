#include "pipeline/consistency/meters/chunk_seams.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <string>

#include "pipeline/consistency/series.h"
#include "pipeline/consistency/statistics/rank_sum.h"

namespace flowreel {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr double kLeast = 0.1;           // levels: what is less cannot be seen
constexpr size_t kNeighbours = 3;        // on either side
constexpr size_t kFewestNeighbours = 2;  // on both sides together
constexpr size_t kFewestPairs = 2;       // other than boundaries

const Definition kContrast = {"seam_contrast",
                              "flowreel/seam_contrast@1",
                              "1",
                              Direction::kLowerIsBetter,
                              "median over chunk boundaries of the motion-compensated difference "
                              "over that of neighbouring pairs, by the same of other pairs",
                              "how much more the picture changes where chunks were joined"};
const Definition kP = {"seam_p",
                       "flowreel/seam_p@1",
                       "p",
                       Direction::kHigherIsBetter,
                       "one-sided rank-sum p of those ratios at chunk boundaries among all pairs",
                       "how likely chance alone makes the boundaries stand out so much"};
const Definition kDcContrast = {
    "seam_dc_contrast",
    "flowreel/seam_dc_contrast@1",
    "1",
    Direction::kLowerIsBetter,
    "as seam_contrast, of |mean of the signed difference - its median over neighbouring pairs|",
    "how much brightness and colour step where chunks were joined"};
const Definition kDcP = {"seam_dc_p",
                         "flowreel/seam_dc_p@1",
                         "p",
                         Direction::kHigherIsBetter,
                         "one-sided rank-sum p of those ratios at chunk boundaries among all pairs",
                         "how likely chance alone makes brightness step so at the boundaries"};

using Levels = std::array<double, 3>;  // R, G, B

// What differs between frames t - 1 and t over the pixels that can be trusted.
struct Pair {
  double size = kNone;      // mean |difference|, levels
  Levels step = {0, 0, 0};  // mean difference, levels
  double coverage = 0;
};

enum class Role { kNone, kOrdinary, kBoundary };

class ChunkSeams : public Meter {
 public:
  explicit ChunkSeams(const ClipFacts& facts) : facts_(facts) {}
  void see(const FrameMoment& moment) override;
  std::vector<Measurement> finish(const ClipEnd& end) override;

 private:
  std::vector<Role> roles(const ClipEnd& end) const;
  // Why there is nothing to compare, nothing when there is.
  std::optional<Measurement> obstacle(const std::vector<Role>& roles, const ClipEnd& end) const;
  // Ratio of each pair to its neighbours; NaN where there is none.
  std::vector<double> size_ratios(const std::vector<Role>& roles, const ClipEnd& end) const;
  std::vector<double> step_ratios(const std::vector<Role>& roles, const ClipEnd& end) const;
  // The contrast and the p-value of such ratios.
  std::array<Measurement, 2> judge(const std::vector<double>& ratios,
                                   const std::vector<Role>& roles, const ClipEnd& end) const;
  bool in_step_with_encoder(const std::vector<Role>& roles) const;
  int64_t key_boundaries() const;

  ClipFacts facts_;
  std::vector<Pair> pairs_;  // by frame t
};

Pair compare(const FrameMoment& moment) {
  Pair pair;
  if (!moment.motion) return pair;
  const cv::Mat& seen = moment.motion->seen_back;
  const int trusted = cv::countNonZero(seen);
  if (trusted == 0) return pair;
  const cv::Mat carried = warp(moment.before->small_float(), moment.motion->back);
  const cv::Mat difference = moment.now->small_float() - carried;
  const cv::Mat size = cv::abs(difference);
  const cv::Scalar step = cv::mean(difference, seen), sizes = cv::mean(size, seen);
  pair.size = (sizes[0] + sizes[1] + sizes[2]) / 3;
  pair.step = {step[0], step[1], step[2]};
  pair.coverage = trusted / static_cast<double>(seen.total());
  return pair;
}

double ratio(double value, double usual) {
  return std::max(value, kLeast) / std::max(usual, kLeast);
}

// The nearest ordinary pairs on either side of pair t, in its scene.
std::vector<size_t> neighbours(const std::vector<Role>& roles, size_t t, const ClipEnd& end) {
  std::vector<size_t> found;
  const auto look = [&](int64_t direction) {
    size_t left = kNeighbours;
    for (auto i = static_cast<int64_t>(t) + direction;
         i >= 1 && i < end.frames && left > 0 && !end.is_cut(i); i += direction) {
      if (roles[i] != Role::kOrdinary) continue;
      found.push_back(static_cast<size_t>(i));
      --left;
    }
  };
  look(-1);
  look(1);
  return found;
}

double distance(const Levels& a, const Levels& b) {
  return (std::abs(a[0] - b[0]) + std::abs(a[1] - b[1]) + std::abs(a[2] - b[2])) / 3;
}

void ChunkSeams::see(const FrameMoment& moment) {
  pairs_.resize(static_cast<size_t>(moment.index + 1));
  if (moment.before && !facts_.chunk_starts.empty()) pairs_.back() = compare(moment);
}

// Of a rising list.
bool has(const std::vector<int64_t>& frames, int64_t frame) {
  return std::binary_search(frames.begin(), frames.end(), frame);
}

std::vector<Role> ChunkSeams::roles(const ClipEnd& end) const {
  std::vector<Role> roles(pairs_.size(), Role::kNone);
  for (size_t t = 1; t < pairs_.size(); ++t) {
    const auto frame = static_cast<int64_t>(t);
    if (std::isnan(pairs_[t].size) || end.is_cut(frame) || has(facts_.key_frames, frame)) continue;
    roles[t] = has(facts_.chunk_starts, frame) ? Role::kBoundary : Role::kOrdinary;
  }
  return roles;
}

std::vector<double> ChunkSeams::size_ratios(const std::vector<Role>& roles,
                                            const ClipEnd& end) const {
  std::vector<double> ratios(pairs_.size(), kNone);
  for (size_t t = 1; t < pairs_.size(); ++t) {
    if (roles[t] == Role::kNone) continue;
    std::vector<double> around;
    for (const size_t i : neighbours(roles, t, end)) around.push_back(pairs_[i].size);
    if (around.size() >= kFewestNeighbours) ratios[t] = ratio(pairs_[t].size, median(around));
  }
  return ratios;
}

std::vector<double> ChunkSeams::step_ratios(const std::vector<Role>& roles,
                                            const ClipEnd& end) const {
  std::vector<double> ratios(pairs_.size(), kNone);
  for (size_t t = 1; t < pairs_.size(); ++t) {
    if (roles[t] == Role::kNone) continue;
    const std::vector<size_t> around = neighbours(roles, t, end);
    if (around.size() < kFewestNeighbours) continue;
    Levels trend;
    for (size_t c = 0; c < trend.size(); ++c) {
      std::vector<double> steps;
      for (const size_t i : around) steps.push_back(pairs_[i].step[c]);
      trend[c] = median(steps);
    }
    std::vector<double> usual;
    for (const size_t i : around) usual.push_back(distance(pairs_[i].step, trend));
    ratios[t] = ratio(distance(pairs_[t].step, trend), median(usual));
  }
  return ratios;
}

int64_t ChunkSeams::key_boundaries() const {
  const auto is_key = [&](int64_t start) {
    return start > 0 && start < static_cast<int64_t>(pairs_.size()) &&
           has(facts_.key_frames, start);
  };
  return std::count_if(facts_.chunk_starts.begin(), facts_.chunk_starts.end(), is_key);
}

bool ChunkSeams::in_step_with_encoder(const std::vector<Role>& roles) const {
  if (facts_.mini_gop <= 1) return false;
  std::optional<int64_t> place;
  for (size_t t = 1; t < roles.size(); ++t) {
    if (roles[t] != Role::kBoundary) continue;
    const int64_t here = static_cast<int64_t>(t) % facts_.mini_gop;
    if (place.value_or(here) != here) return false;
    place = here;
  }
  return true;
}

std::optional<Measurement> ChunkSeams::obstacle(const std::vector<Role>& roles,
                                                const ClipEnd& end) const {
  const auto because = [](Status status, const std::string& note) {
    Measurement m = none(kContrast, status);
    m.note = note;
    return m;
  };
  if (facts_.chunk_starts.empty())
    return because(Status::kNotApplicable, "no chunk boundary is known");
  if (end.frames < 2) return because(Status::kTooFewFrames, "");
  std::vector<int64_t> left = facts_.chunk_starts;
  std::erase_if(left, [&](int64_t start) { return start <= 0 || start >= end.frames; });
  if (left.empty())
    return because(Status::kNotApplicable, "no chunk boundary lies within the clip");
  std::erase_if(left, [&](int64_t t) { return end.is_cut(t) || has(facts_.key_frames, t); });
  if (left.empty())
    return because(Status::kNotApplicable,
                   "every chunk boundary is a scene cut or a key frame of the encoder");
  if (std::find(roles.begin(), roles.end(), Role::kBoundary) == roles.end())
    return because(Status::kNoValidPixels, "");
  return std::nullopt;
}

std::array<Measurement, 2> ChunkSeams::judge(const std::vector<double>& ratios,
                                             const std::vector<Role>& roles,
                                             const ClipEnd& end) const {
  std::vector<double> boundaries, others;
  double coverage = 0;
  for (size_t t = 1; t < ratios.size(); ++t) {
    if (std::isnan(ratios[t])) continue;
    (roles[t] == Role::kBoundary ? boundaries : others).push_back(ratios[t]);
    coverage += pairs_[t].coverage;
  }
  Measurement m = none(kContrast, Status::kTooFewFrames);
  if (boundaries.empty() || others.size() < kFewestPairs) return {m, m};
  m.status = Status::kOk;
  m.samples = static_cast<int64_t>(boundaries.size() + others.size());
  m.coverage = coverage / static_cast<double>(m.samples);
  m.note = "boundaries " + std::to_string(boundaries.size()) + ", other pairs " +
           std::to_string(others.size());
  if (key_boundaries() > 0)
    m.note += ", boundaries left out as key frames " + std::to_string(key_boundaries());
  Measurement p = m;
  m.value = median(boundaries) / median(others);
  m.series = ratios;
  p.value = rank_sum_p(boundaries, others);
  return {guarded(m, end), guarded(p, end)};
}

std::vector<Measurement> ChunkSeams::finish(const ClipEnd& end) {
  const std::vector<Role> roles = this->roles(end);
  std::vector<Measurement> all;
  if (const std::optional<Measurement> nothing = obstacle(roles, end)) {
    all.assign(4, *nothing);
  } else {
    const auto sizes = judge(size_ratios(roles, end), roles, end);
    auto steps = judge(step_ratios(roles, end), roles, end);
    if (in_step_with_encoder(roles)) {
      steps.fill(none(kDcContrast, Status::kNotApplicable));
      for (Measurement& m : steps)
        m.note = "the boundaries keep step with the encoder's B-frames, every " +
                 std::to_string(facts_.mini_gop) + " frames";
    }
    all.insert(all.end(), sizes.begin(), sizes.end());
    all.insert(all.end(), steps.begin(), steps.end());
  }
  const std::array definitions = {&kContrast, &kP, &kDcContrast, &kDcP};
  for (size_t i = 0; i < all.size(); ++i) all[i].definition = definitions[i];
  return all;
}

}  // namespace

MeterRow chunk_seams() {
  return {{&kContrast, &kP, &kDcContrast, &kDcP},
          [](const ClipFacts& facts) -> std::unique_ptr<Meter> {
            return std::make_unique<ChunkSeams>(facts);
          }};
}

}  // namespace flowreel
