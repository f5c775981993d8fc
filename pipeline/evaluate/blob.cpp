#include "pipeline/evaluate/blob.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace flowreel {
namespace {

constexpr double kLeast = 1.0 / 500;    // area of a piece, in squares of the smaller side
constexpr double kSecond = 0.006;       // the same, of a second shape; the smallest has 0.012
constexpr double kSecondShare = 0.2;    // of the largest piece
constexpr double kGreatestShare = 0.6;  // of the frame
constexpr double kSameColour = 70;      // distance in levels

float median(std::vector<float>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// Pixels of the region at least `depth` from its edge.
std::vector<cv::Vec3f> pixels_within(const cv::Mat3f& frame, const cv::Mat1f& depths,
                                     double depth) {
  std::vector<cv::Vec3f> pixels;
  for (int y = 0; y < frame.rows; ++y) {
    for (int x = 0; x < frame.cols; ++x) {
      if (depths(y, x) >= depth) pixels.push_back(frame(y, x));
    }
  }
  return pixels;
}

Levels median_colour(const std::vector<cv::Vec3f>& pixels) {
  Levels colour{};
  std::vector<float> channel(pixels.size());
  for (int c = 0; c < 3; ++c) {
    for (size_t i = 0; i < pixels.size(); ++i) channel[i] = pixels[i][c];
    colour[static_cast<size_t>(c)] = median(channel);
  }
  return colour;
}

double levels_between(const cv::Vec3f& pixel, const Levels& colour) {
  return cv::norm(cv::Vec3d(pixel) - cv::Vec3d(colour[0], colour[1], colour[2]));
}

// A blurred edge mixes in the backdrop, so the colour is taken from the deepest parts, whatever the
// size.
void measure_colour(Blob& blob, const cv::Mat3f& frame) {
  cv::Mat1f depths;
  cv::distanceTransform(blob.region, depths, cv::DIST_L2, 3);
  double deepest = 0;
  cv::minMaxLoc(depths, nullptr, &deepest);
  blob.colour = median_colour(pixels_within(frame, depths, 0.6 * deepest));
  const auto body = pixels_within(frame, depths, std::min(2.5, 0.6 * deepest));
  const auto alike = std::count_if(body.begin(), body.end(), [&](const cv::Vec3f& pixel) {
    return levels_between(pixel, blob.colour) < kSameColour;
  });
  blob.evenness = static_cast<double>(alike) / static_cast<double>(body.size());
}

}  // namespace

Blob find_blob(const BackdropFit& backdrop, const cv::Mat3f& frame) {
  Blob blob;
  blob.foreground = distance_from(backdrop, frame) > kOffBackdrop;
  blob.region = cv::Mat1b::zeros(frame.size());
  blob.things = cv::Mat1b::zeros(frame.size());
  cv::Mat1i labels;
  cv::Mat1i stats;
  cv::Mat1d centres;
  const int count = cv::connectedComponentsWithStats(blob.foreground, labels, stats, centres, 8);
  const double side = std::min(frame.rows, frame.cols);
  int largest = 0, area = 0, second = 0;
  for (int i = 1; i < count; ++i) {
    const int size = stats(i, cv::CC_STAT_AREA);
    if (size < kLeast * side * side) continue;
    blob.things.setTo(255, labels == i);
    second = std::max(second, std::min(size, area));
    if (size > area) {
      largest = i;
      area = size;
    }
  }
  if (area == 0 || area > kGreatestShare * static_cast<double>(frame.total())) return blob;
  const bool several = second > kSecondShare * area || second > kSecond * side * side;
  blob.presence = several ? Presence::kSeveral : Presence::kOne;
  blob.region = labels == largest;
  measure_colour(blob, frame);
  return blob;
}

cv::Mat1f coverage(const BackdropFit& backdrop, const cv::Mat3f& frame, const cv::Mat1b& region,
                   const Levels& colour) {
  // Noise and the tails of a texture are not a little coverage.
  constexpr double kIgnored = 0.2;
  const int reach = std::max(1, std::min(frame.rows, frame.cols) / 64);
  cv::Mat1b near;
  cv::dilate(region, near, cv::Mat(), cv::Point(-1, -1), reach);
  const cv::Mat1f distances = distance_from(backdrop, frame);
  cv::Mat1f covered = cv::Mat1f::zeros(frame.size());
  for (int y = 0; y < frame.rows; ++y) {
    for (int x = 0; x < frame.cols; ++x) {
      if (near(y, x) == 0) continue;
      const double behind = distances(y, x), front = levels_between(frame(y, x), colour);
      const double share = behind / std::max(behind + front, 1e-3);
      covered(y, x) =
          static_cast<float>(std::clamp((share - kIgnored) / (1 - 2 * kIgnored), 0.0, 1.0));
    }
  }
  return covered;
}

}  // namespace flowreel
