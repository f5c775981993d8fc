#include "pipeline/consistency/meters/likeness.h"

#include <algorithm>
#include <limits>
#include <map>

#include "pipeline/consistency/drift_curve.h"
#include "pipeline/consistency/series.h"
#include "pipeline/consistency/structural_similarity.h"

namespace flowreel {
namespace {

using SharedPicture = std::shared_ptr<const Picture>;

const Definition kAdjacentSsim = {"adjacent_ssim",
                                  "flowreel/adjacent_ssim@1",
                                  "1",
                                  Direction::kHigherIsBetter,
                                  "mean_t SSIM(f_{t-1}, f_t), luma, Gaussian 11/1.5, valid region",
                                  "how much a frame looks like the one before, motion included"};
const Definition kAdjacentPsnr = {"adjacent_psnr",
                                  "flowreel/adjacent_psnr@1",
                                  "dB",
                                  Direction::kHigherIsBetter,
                                  "mean_t min(100, 10 log10(255² / mean (f_t - f_{t-1})²))",
                                  "how little a frame differs from the one before, large "
                                  "differences above all"};
const Definition kFirstFrameSsim = {"first_frame_ssim",
                                    "flowreel/first_frame_ssim@1",
                                    "1",
                                    Direction::kHigherIsBetter,
                                    "mean_{t>=1} SSIM(f_0, f_t), working size, first scene",
                                    "how much of the first frame is still there later"};
const Definition kDriftCurve = {
    "drift_curve",
    "flowreel/drift_curve@1",
    "1/octave",
    Direction::kHigherIsBetter,
    "slope over log2(dt) of mean_k SSIM(f_{k dt}, f_{(k+1) dt}), dt = 1, 2, 4, …, working size",
    "how fast frames come to look different as they lie further apart; 0: not at all"};

// The picture itself where that is its size.
SharedPicture at_working_size(const SharedPicture& picture) {
  if (picture->small().size() == picture->rgb().size()) return picture;
  return std::make_shared<const Picture>(picture->small());
}

// SSIM of earlier pictures and one, each computed once.
class LikenessTo {
 public:
  explicit LikenessTo(const Picture& now) : now_(now) {}

  double operator()(const SharedPicture& then) {
    const auto [place, is_new] = known_.try_emplace(then.get(), 0.0);
    if (is_new) place->second = ssim(*then, now_);
    return place->second;
  }

 private:
  const Picture& now_;
  std::map<const Picture*, double> known_;
};

class Likeness : public Meter {
 public:
  void see(const FrameMoment& moment) override {
    if (moment.before) psnr_.add(moment.index, psnr(*moment.before, *moment.now));
    fits_ = fits_ssim(*moment.now);
    if (!fits_) return;
    // Pictures that are their own working size are compared once for all.
    LikenessTo to_now(*moment.now);
    if (moment.before) ssim_.add(moment.index, to_now(moment.before));
    const SharedPicture now = at_working_size(moment.now);
    if (now == moment.now) {
      compare(moment.index, now, to_now);
    } else {
      LikenessTo to_small(*now);
      compare(moment.index, now, to_small);
    }
  }

  std::vector<Measurement> finish(const ClipEnd& end) override {
    if (!fits_) {
      const Status status = end.frames < 2 ? Status::kTooFewFrames : Status::kNotApplicable;
      return {none(kAdjacentSsim, status), adjacent_psnr(end), none(kFirstFrameSsim, status),
              none(kDriftCurve, status)};
    }
    return {ssim_.mean(kAdjacentSsim, end), adjacent_psnr(end), first_frame_ssim(end),
            curve_.finish(kDriftCurve, end)};
  }

 private:
  void compare(int64_t frame, const SharedPicture& now, LikenessTo& likeness) {
    if (frame == 0) first_ = now;
    to_first_.push_back(frame == 0 ? std::numeric_limits<double>::quiet_NaN() : likeness(first_));
    curve_.see(frame, now, likeness);
  }

  Measurement adjacent_psnr(const ClipEnd& end) const {
    Measurement m = psnr_.mean(kAdjacentPsnr, end);
    const auto capped = std::count(m.series.begin(), m.series.end(), kHighestPsnr);
    if (capped > 0)
      m.note =
          std::to_string(capped) + " of " + std::to_string(m.samples) + " pairs capped at 100 dB";
    return m;
  }

  Measurement first_frame_ssim(const ClipEnd& end) const {
    const int64_t frames = end.cuts.empty() ? end.frames : end.cuts.front();
    if (frames < 2) return none(kFirstFrameSsim, Status::kTooFewFrames);
    FrameSeries scene(Reach::kFrame);
    for (int64_t i = 1; i < frames; ++i) scene.add(i, to_first_[static_cast<size_t>(i)]);
    return scene.mean(kFirstFrameSsim, end);
  }

  bool fits_ = true;
  SharedPicture first_;
  FrameSeries ssim_{Reach::kPair}, psnr_{Reach::kPair};
  std::vector<double> to_first_;  // by frame; NaN for frame 0
  DriftCurve<SharedPicture> curve_;
};

}  // namespace

MeterRow likeness() {
  return {{&kAdjacentSsim, &kAdjacentPsnr, &kFirstFrameSsim, &kDriftCurve},
          [](const ClipFacts&) -> std::unique_ptr<Meter> { return std::make_unique<Likeness>(); }};
}

}  // namespace flowreel
