#include "pipeline/consistency/scene_cuts.h"

#include <algorithm>
#include <limits>
#include <opencv2/imgproc.hpp>

#include "pipeline/consistency/series.h"

namespace flowreel {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr double kLeastChange = 27, kLeastRatio = 3, kLeastLevels = 8;
constexpr size_t kNeighbours = 2;

}  // namespace

const Definition SceneCuts::kDefinition = {
    "scene_cuts",
    "flowreel/scene_cuts@1",
    "cuts",
    Direction::kNeither,
    "frames with content value >= 27 and >= 3 times the median of their two neighbours each way, "
    "mean |R G B difference| >= 8, and no return to within half of it after one frame",
    "how often the picture changes all at once; pairs across a cut are left out of other metrics"};

void SceneCuts::see(const FrameMoment& moment) {
  Seen now;
  now.rgb = moment.now->small();
  cv::cvtColor(now.rgb, now.hsv, cv::COLOR_RGB2HSV);
  const auto change = [&now](const Seen& other) {
    return other.hsv.empty() ? kNone : mean_absolute_difference(other.hsv, now.hsv);
  };
  changes_.push_back(change(before_));
  changes_over_two_.push_back(change(before2_));
  levels_.push_back(before_.rgb.empty() ? kNone : mean_absolute_difference(before_.rgb, now.rgb));
  before2_ = before_;
  before_ = now;
}

bool SceneCuts::stands_out(size_t frame) const {
  std::vector<double> around;
  for (size_t j = std::max(frame, kNeighbours + 1) - kNeighbours;
       j <= std::min(changes_.size() - 1, frame + kNeighbours); ++j) {
    if (j != frame) around.push_back(changes_[j]);
  }
  return !around.empty() && changes_[frame] >= kLeastRatio * median(around);
}

// Whether the picture before the change is there again after it, or after the frame before.
bool SceneCuts::is_flash(size_t frame) const {
  const auto returns_at = [this, frame](size_t i) {
    return i < changes_.size() && changes_over_two_[i] < changes_[frame] / 2;
  };
  return returns_at(frame + 1) || returns_at(frame);
}

std::vector<int64_t> SceneCuts::cuts() const {
  std::vector<int64_t> found;
  for (size_t i = 1; i < changes_.size(); ++i) {
    if (changes_[i] >= kLeastChange && levels_[i] >= kLeastLevels && stands_out(i) && !is_flash(i))
      found.push_back(static_cast<int64_t>(i));
  }
  return found;
}

std::vector<Measurement> SceneCuts::finish(const ClipEnd& end) {
  if (end.frames < 2) return {none(kDefinition, Status::kTooFewFrames)};
  Measurement m;
  m.definition = &kDefinition;
  m.value = static_cast<double>(end.cuts.size());
  m.samples = end.frames - 1;
  m.series = changes_;
  return {m};
}

}  // namespace flowreel
