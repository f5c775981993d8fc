#include "pipeline/consistency/reference/reference_meter.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "errors/error.h"
#include "pipeline/consistency/psnr.h"
#include "pipeline/consistency/series.h"
#include "pipeline/consistency/structural_similarity.h"

namespace flowreel {
namespace {

const Definition kPsnr = {
    "psnr",
    "flowreel/psnr@1",
    "dB",
    Direction::kHigherIsBetter,
    "10 log10(255^2 / mean over all frames of the squared error), at most 100",
    "how close the pixels are to the reference's"};
const Definition kSsim = {"ssim",
                          "flowreel/ssim@1",
                          "1",
                          Direction::kHigherIsBetter,
                          "mean over frames of SSIM of luma, Gaussian 11x11 of sigma 1.5",
                          "how alike the structure is to the reference's"};
const Definition kProfile = {
    "temporal_profile_mae",
    "flowreel/temporal_profile_mae@1",
    "levels",
    Direction::kLowerIsBetter,
    "mean |ref - clip| over the middle row and the middle column of all frames",
    "how differently one line across the picture develops over time"};
const Definition kDivergence = {
    "first_divergence_frame",
    "flowreel/first_divergence_frame@1",
    "frame",
    Direction::kHigherIsBetter,
    "the first frame, from 0, with a pixel that differs; the number of frames when none does",
    "for how long the clip is its reference to the bit"};

std::string text(const cv::Size& size) {
  return std::to_string(size.width) + "x" + std::to_string(size.height);
}

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double capped_psnr(double mse) { return std::min(psnr_of_mse(mse), kHighestPsnr); }

// Over the middle row and the middle column (of an even number, the latter of the two), in levels.
double profile_difference(const cv::Mat& a, const cv::Mat& b) {
  const int row = a.rows / 2, column = a.cols / 2;
  const double sum = cv::norm(a.row(row), b.row(row), cv::NORM_L1) +
                     cv::norm(a.col(column), b.col(column), cv::NORM_L1);
  return sum / ((a.rows + a.cols) * static_cast<double>(a.channels()));
}

// Of one value per frame, their mean.
Measurement mean_of(const Definition& definition, const std::vector<double>& values) {
  Measurement m = none(definition, Status::kTooFewFrames);
  if (values.empty()) return m;
  m.status = Status::kOk;
  m.coverage = 1;
  m.samples = static_cast<int64_t>(values.size());
  m.series = values;
  m.value = mean(values);
  return m;
}

}  // namespace

std::vector<const Definition*> reference_definitions() {
  return {&kPsnr, &kSsim, &FlowDifference::kDefinition, &kProfile, &kDivergence};
}

void ReferenceMeter::see(const cv::Mat& reference, const cv::Mat& clip) {
  const int64_t frame = std::max(reference_frames_, clip_frames_);
  if (!reference.empty()) ++reference_frames_;
  if (!clip.empty()) ++clip_frames_;
  if (reference.empty() || clip.empty()) return;
  if (reference.size() != clip.size())
    throw DataError("frame " + std::to_string(frame) + " of the clip has " + text(clip.size()) +
                    " pixels and that of its reference " + text(reference.size()) +
                    "; expected one size");
  if (frame > 0 && clip.size() != size_)
    throw DataError("frame " + std::to_string(frame) + " has " + text(clip.size()) +
                    " pixels, the ones before it " + text(size_) + "; expected one size");
  size_ = clip.size();
  if (reference_frames_ == clip_frames_) compare(reference, clip);
}

void ReferenceMeter::compare(const cv::Mat& reference, const cv::Mat& clip) {
  reference_hash_.add(reference);
  clip_hash_.add(clip);
  flow_.see(reference, clip);
  squared_errors_.push_back(mean_squared_error(reference, clip));
  profiles_.push_back(profile_difference(reference, clip));
  if (std::min(clip.rows, clip.cols) >= kSmallestForSsim)
    ssims_.push_back(flowreel::ssim(Picture(reference), Picture(clip)));
}

Measurement ReferenceMeter::psnr() const {
  Measurement m = mean_of(kPsnr, squared_errors_);
  if (!m.value) return m;
  const double exact = psnr_of_mse(*m.value);
  m.value = std::min(exact, kHighestPsnr);
  if (exact > kHighestPsnr)
    m.note = std::isinf(exact) ? "identical; counted as 100 dB" : "above 100 dB; counted as that";
  std::transform(m.series.begin(), m.series.end(), m.series.begin(), capped_psnr);
  return m;
}

Measurement ReferenceMeter::ssim() const {
  Measurement m = mean_of(kSsim, ssims_);
  if (clip_frames_ == 0 || m.value) return m;
  m.status = Status::kNotApplicable;
  m.note = "SSIM needs frames of at least 11x11 pixels, these have " + text(size_);
  return m;
}

Measurement ReferenceMeter::first_divergence() const {
  if (squared_errors_.empty()) return none(kDivergence, Status::kTooFewFrames);
  const auto first = std::find_if(squared_errors_.begin(), squared_errors_.end(),
                                  [](double error) { return error > 0; });
  Measurement m;
  m.definition = &kDivergence;
  m.samples = clip_frames_;
  if (first == squared_errors_.end()) {
    m.value = static_cast<double>(clip_frames_);
    m.note = "identical";
  } else {
    m.value = static_cast<double>(first - squared_errors_.begin());
  }
  return m;
}

ReferenceMeasurements ReferenceMeter::finish() {
  if (reference_frames_ != clip_frames_)
    throw DataError(reference_frames_ > clip_frames_
                        ? "the clip ends after " + std::to_string(clip_frames_) +
                              " frames and its reference goes on; expected as many in both"
                        : "the reference ends after " + std::to_string(reference_frames_) +
                              " frames and the clip goes on; expected as many in both");
  ReferenceMeasurements result;
  result.measurements = {psnr(), ssim(), flow_.finish(), mean_of(kProfile, profiles_),
                         first_divergence()};
  result.reference_sha256 = reference_hash_.hex();
  result.clip_sha256 = clip_hash_.hex();
  return result;
}

}  // namespace flowreel
