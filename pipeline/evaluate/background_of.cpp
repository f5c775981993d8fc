#include "pipeline/evaluate/background_of.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "pipeline/evaluate/colour_names.h"

namespace flowreel {
namespace {

constexpr double kGradientSpan = 70, kPlainSpan = 45;            // levels, Euclidean
constexpr double kGradientRest = 0.04;                           // of the span, left by the fit
constexpr double kTexturedTone = 5.5, kPlainTone = 4.5;          // levels, standard deviation
constexpr double kFree = 0.3, kFrames = 0.9, kOnBackdrop = 0.9;  // shares
constexpr double kSteady = 40;                                   // levels, Euclidean

int margin_of(const cv::Size& size) { return std::max(2, std::min(size.width, size.height) / 32); }

// 255 where neither a thing nor its soft edge is.
cv::Mat1b free_of(const Blob& blob) {
  cv::Mat1b wide;
  cv::dilate(blob.things, wide, cv::Mat(), cv::Point(-1, -1), margin_of(blob.things.size()));
  return 255 - wide;
}

// What was seen of the backdrop over all frames.
struct Seen {
  cv::Mat3f average;        // over the frames in which a place was free
  cv::Mat1b ever;           // 255 where there was one
  double frames = 0;        // share of the frames of which enough was free
  double on_backdrop = 0;   // share of free pixels that the fit explains
  double unsteadiness = 0;  // farthest that a frame's mean rest is from none
  double tone = 0;          // mean over frames of the standard deviation of grey tones
};

// Smoothed so that noise does not count, with nothing let in from where it is not free.
cv::Mat3f smoothed(const cv::Mat3f& picture, const cv::Mat1b& free) {
  const double sigma = std::min(picture.rows, picture.cols) / 64.0;
  cv::Mat1f one;
  free.convertTo(one, CV_32F, 1.0 / 255);
  cv::Mat3f weight, sum;
  cv::merge(std::vector<cv::Mat>{one, one, one}, weight);
  sum = picture.mul(weight);
  cv::GaussianBlur(sum, sum, {}, sigma);
  cv::GaussianBlur(weight, weight, {}, sigma);
  cv::divide(sum, cv::max(weight, cv::Scalar::all(0.1)), sum);
  return sum;
}

// Standard deviation of the grey tones of what the fit leaves.
double tone_deviation(const cv::Mat3f& rest, const cv::Mat1b& free) {
  cv::Mat1f tone;
  cv::transform(smoothed(rest, free), tone, cv::Matx13f(1.0F / 3, 1.0F / 3, 1.0F / 3));
  cv::Scalar middle, deviation;
  cv::meanStdDev(tone, middle, deviation, free);
  return deviation[0];
}

Seen look(const BackdropFit& backdrop, const std::vector<cv::Mat3f>& frames,
          const std::vector<Blob>& blobs) {
  Seen seen;
  const cv::Size size = backdrop.smooth.size();
  cv::Mat3f sum = cv::Mat3f::zeros(size);
  cv::Mat1f count = cv::Mat1f::zeros(size);
  double free_pixels = 0, explained = 0;
  for (size_t i = 0; i < frames.size(); ++i) {
    const cv::Mat1b free = free_of(blobs[i]);
    cv::accumulate(frames[i], sum, free);
    cv::Mat1f one;
    free.convertTo(one, CV_32F, 1.0 / 255);
    count += one;
    const int pixels = cv::countNonZero(free);
    if (pixels >= kFree * static_cast<double>(free.total()))
      seen.frames += 1 / static_cast<double>(frames.size());
    free_pixels += pixels;
    explained += cv::countNonZero(free & ~blobs[i].foreground);
    const cv::Mat3f rest = frames[i] - backdrop.smooth;
    const cv::Scalar drift = cv::mean(rest, free);
    seen.unsteadiness = std::max(seen.unsteadiness, std::hypot(drift[0], drift[1], drift[2]));
    seen.tone += tone_deviation(rest, free) / static_cast<double>(frames.size());
  }
  seen.on_backdrop = free_pixels > 0 ? explained / free_pixels : 0;
  seen.ever = count > 0;
  cv::Mat3f counts;
  cv::merge(std::vector<cv::Mat>{count, count, count}, counts);
  cv::divide(sum, cv::max(counts, cv::Scalar::all(1)), seen.average);
  return seen;
}

Levels mean_colour(const cv::Mat3f& picture, const cv::Mat1b& where) {
  const cv::Scalar mean = cv::mean(picture, where);
  return {mean[0], mean[1], mean[2]};
}

// Root of the mean squared distance from the mean.
double deviation(const cv::Mat3f& picture, const cv::Mat1b& where) {
  cv::Scalar middle, deviation;
  cv::meanStdDev(picture, middle, deviation, where);
  return std::sqrt(deviation.dot(deviation));
}

// How far each place is along the direction in which the picture varies most.
cv::Mat1f along_gradient(const cv::Mat3f& picture) {
  const cv::Mat rows = picture.reshape(1, static_cast<int>(picture.total()));
  const cv::PCA axes(rows, cv::noArray(), cv::PCA::DATA_AS_ROW, 1);
  return cv::Mat(axes.project(rows)).reshape(1, picture.rows);
}

// The values that a fiftieth of the places lies below, and above.
std::pair<float, float> ends_of(const cv::Mat1f& values, const cv::Mat1b& where) {
  std::vector<float> all;
  for (int y = 0; y < values.rows; ++y) {
    for (int x = 0; x < values.cols; ++x) {
      if (where(y, x) != 0) all.push_back(values(y, x));
    }
  }
  std::sort(all.begin(), all.end());
  return {all[all.size() / 50], all[all.size() - 1 - all.size() / 50]};
}

}  // namespace

void name_background(const BackdropFit& backdrop, const std::vector<cv::Mat3f>& frames,
                     const std::vector<Blob>& blobs, Observation& seen) {
  using shapes::BackgroundKind;
  const Seen found = look(backdrop, frames, blobs);
  if (found.frames < kFrames || found.on_backdrop < kOnBackdrop) return;
  if (found.unsteadiness > kSteady) return;
  const cv::Mat1f along = along_gradient(backdrop.smooth);
  const auto [low, high] = ends_of(along, found.ever);
  if (high - low >= kGradientSpan) {
    const cv::Mat3f rest = smoothed(found.average - backdrop.smooth, found.ever);
    if (deviation(rest, found.ever) > kGradientRest * (high - low)) return;
    seen.background = BackgroundKind::kGradient;
    seen.background_colour =
        background_colour(mean_colour(found.average, (along <= low) & found.ever), false);
    seen.background_to =
        background_colour(mean_colour(found.average, (along >= high) & found.ever), false);
    return;
  }
  const bool textured = found.tone >= kTexturedTone;
  seen.background_colour = background_colour(mean_colour(found.average, found.ever), textured);
  if (high - low > kPlainSpan) return;
  if (textured) seen.background = BackgroundKind::kTextured;
  if (found.tone <= kPlainTone) seen.background = BackgroundKind::kPlain;
}

}  // namespace flowreel
