#include "pipeline/consistency/meters/drift.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numbers>
#include <opencv2/imgproc.hpp>

#include "pipeline/consistency/colour_difference.h"
#include "pipeline/consistency/series.h"
#include "pipeline/consistency/statistics/trend.h"

namespace flowreel {
namespace {

constexpr int kTile = 16;
constexpr double kFinest = 1e-8;  // levels; finer changes are errors of rounding, not trends

const Definition kColour = {"color_drift",
                            "flowreel/color_drift@1",
                            "dE76",
                            Direction::kLowerIsBetter,
                            "dE76(mean Lab of the first tenth, of the last tenth)",
                            "colours at the end are not those of the beginning"};
const Definition kColour2000 = {"color_drift_2000",
                                "flowreel/color_drift_2000@1",
                                "dE2000",
                                Direction::kLowerIsBetter,
                                "CIEDE2000(mean Lab of the first tenth, of the last tenth)",
                                "the same, closer to what the eye sees"};
const Definition kColourSlope = {"color_drift_slope",
                                 "flowreel/color_drift_slope@1",
                                 "dE76/s",
                                 Direction::kLowerIsBetter,
                                 "Theil-Sen slope of dE76(mean Lab of frame t, of the first tenth)",
                                 "how fast the colours leave those of the beginning"};
const Definition kLuma = {"luma_drift",
                          "flowreel/luma_drift@1",
                          "levels/s",
                          Direction::kNeither,
                          "Theil-Sen slope of mean luma",
                          "the clip grows brighter (+) or darker (-)"};
const Definition kContrast = {"contrast_drift",
                              "flowreel/contrast_drift@1",
                              "levels/s",
                              Direction::kNeither,
                              "Theil-Sen slope of the standard deviation of luma",
                              "the clip gains (+) or loses (-) contrast"};
const Definition kSharpness = {"sharpness_drift",
                               "flowreel/sharpness_drift@1",
                               "levels^2/s",
                               Direction::kNeither,
                               "Theil-Sen slope of the variance of the Laplacian of luma",
                               "the clip grows sharper or noisier (+) or blurs (-)"};
const Definition kNoise = {"noise_sigma",
                           "flowreel/noise_sigma@1",
                           "levels",
                           Direction::kLowerIsBetter,
                           "mean_t median over 16x16 tiles of Immerkaer's noise of luma",
                           "grain that is on everything"};
const Definition kNoiseDrift = {"noise_drift",
                                "flowreel/noise_drift@1",
                                "levels/s",
                                Direction::kNeither,
                                "Theil-Sen slope of noise_sigma by frame",
                                "grain grows (+) or is smoothed away (-)"};

double without_rounding(double value) { return std::round(value / kFinest) * kFinest; }

double standard_deviation(const cv::Mat& image) {
  cv::Scalar mean, deviation;
  cv::meanStdDev(image, mean, deviation);
  return deviation[0];
}

double laplacian_variance(const cv::Mat& luma) {
  cv::Mat laplacian;
  cv::Laplacian(luma, laplacian, CV_64F);
  return std::pow(standard_deviation(laplacian), 2);
}

// NaN for frames too small to tell.
double noise(const cv::Mat& luma) {
  if (luma.rows < 3 || luma.cols < 3) return std::nan("");
  cv::Mat response;
  const cv::Matx33d kernel(1, -2, 1, -2, 4, -2, 1, -2, 1);
  cv::filter2D(luma, response, CV_64F, kernel);
  response = cv::abs(response(cv::Rect(1, 1, luma.cols - 2, luma.rows - 2)));
  const int height = std::min(kTile, response.rows), width = std::min(kTile, response.cols);
  std::vector<double> tiles;
  for (int y = 0; y + height <= response.rows; y += height) {
    for (int x = 0; x + width <= response.cols; x += width)
      tiles.push_back(cv::mean(response(cv::Rect(x, y, width, height)))[0]);
  }
  return std::sqrt(std::numbers::pi / 2) / 6 * median(std::move(tiles));
}

size_t tenth_of(size_t frames) { return std::max<size_t>(1, frames / 10); }

// Mean of the colours from frame `begin` on, `count` of them.
cv::Vec3d mean_colour(const std::vector<cv::Vec3d>& colours, size_t begin, size_t count) {
  cv::Vec3d sum;
  for (size_t i = begin; i < begin + count; ++i) sum += colours[i];
  return sum * (1 / static_cast<double>(count));
}

std::string cuts_in_words(const ClipEnd& end) {
  if (end.cuts.empty()) return "";
  const size_t n = end.cuts.size();
  return "across " + std::to_string(n) + (n == 1 ? " cut" : " cuts");
}

class Drift : public Meter {
 public:
  explicit Drift(double fps) : fps_(fps) {}

  void see(const FrameMoment& moment) override {
    const cv::Scalar lab = cv::mean(moment.now->small_lab());
    colours_.emplace_back(lab[0], lab[1], lab[2]);
    const cv::Mat& luma = moment.now->luma();
    luma_.push_back(without_rounding(cv::mean(luma)[0]));
    contrast_.push_back(without_rounding(standard_deviation(luma)));
    sharpness_.push_back(without_rounding(laplacian_variance(luma)));
    noise_.push_back(without_rounding(noise(luma)));
    noise_series_.add(moment.index, noise_.back());
  }

  std::vector<Measurement> finish(const ClipEnd& end) override {
    ClipEnd whole = end;
    whole.still = false;  // noise in a still clip is noise
    const size_t tenth = tenth_of(colours_.size());
    std::vector<double> distances;
    if (!colours_.empty()) {
      const cv::Vec3d start = mean_colour(colours_, 0, tenth);
      for (const cv::Vec3d& colour : colours_) distances.push_back(difference_76(start, colour));
    }
    return {from_end_to_end(kColour, difference_76, end),
            from_end_to_end(kColour2000, difference_2000, end),
            slope(kColourSlope, distances, end),
            slope(kLuma, luma_, end),
            slope(kContrast, contrast_, end),
            slope(kSharpness, sharpness_, end),
            noise_series_.mean(kNoise, whole),
            slope(kNoiseDrift, noise_, end)};
  }

 private:
  Measurement from_end_to_end(const Definition& definition,
                              double (*difference)(const cv::Vec3d&, const cv::Vec3d&),
                              const ClipEnd& end) const {
    const size_t frames = colours_.size(), tenth = tenth_of(frames);
    if (frames < 2) return none(definition, Status::kTooFewFrames);
    Measurement m;
    m.definition = &definition;
    m.value =
        difference(mean_colour(colours_, 0, tenth), mean_colour(colours_, frames - tenth, tenth));
    m.samples = static_cast<int64_t>(2 * tenth);
    m.note = cuts_in_words(end);
    return guarded(std::move(m), end);
  }

  Measurement slope(const Definition& definition, const std::vector<double>& values,
                    const ClipEnd& end) const {
    if (values.size() < 3) return none(definition, Status::kTooFewFrames);
    const double per_second = theil_sen(values, 1 / fps_);
    if (std::isnan(per_second)) return none(definition, Status::kNoValidPixels);
    Measurement m;
    m.definition = &definition;
    m.value = per_second;
    m.samples = static_cast<int64_t>(values.size());
    m.series = values;
    char text[48];
    std::snprintf(text, sizeof text, "Mann-Kendall p = %.2g", mann_kendall(values).p);
    m.note = text;
    if (!end.cuts.empty()) m.note += ", " + cuts_in_words(end);
    // Those with a sign have no good values that a clip could get by standing still.
    return definition.direction == Direction::kNeither ? m : guarded(std::move(m), end);
  }

  double fps_;
  std::vector<cv::Vec3d> colours_;                           // mean L*a*b* by frame
  std::vector<double> luma_, contrast_, sharpness_, noise_;  // by frame
  FrameSeries noise_series_{Reach::kFrame};
};

}  // namespace

MeterRow drift() {
  return {{&kColour, &kColour2000, &kColourSlope, &kLuma, &kContrast, &kSharpness, &kNoise,
           &kNoiseDrift},
          [](const ClipFacts& facts) -> std::unique_ptr<Meter> {
            return std::make_unique<Drift>(facts.fps);
          }};
}

}  // namespace flowreel
