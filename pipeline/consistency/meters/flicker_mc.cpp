#include "pipeline/consistency/meters/flicker_mc.h"

#include <cmath>

#include "pipeline/consistency/series.h"

namespace flowreel {
namespace {

constexpr int kTile = 8;
constexpr double kQuantile = 0.95;

const Definition kMean = {
    "flicker_mc",
    "flowreel/flicker_mc@1",
    "levels",
    Direction::kLowerIsBetter,
    "mean_t mean |f_t - (W(f_{t-1}) + W(f_{t+1})) / 2| where both are visible",
    "flicker that moves along with what it is on; motion itself left out"};
const Definition kP95 = {
    "flicker_mc_p95",
    "flowreel/flicker_mc_p95@1",
    "levels",
    Direction::kLowerIsBetter,
    "mean_t 95th percentile over 8x8 tiles of mean |f_t - (W(f_{t-1}) + W(f_{t+1})) / 2|",
    "shimmer in a part of the picture"};

// Sum over trusted pixels, and how many they are.
struct Total {
  double sum = 0;
  int64_t pixels = 0;
};

// CV_32F: mean over the channels of |f - (a + b) / 2|, all CV_32FC3.
cv::Mat second_difference(const cv::Mat& f, const cv::Mat& a, const cv::Mat& b) {
  cv::Mat residual(f.size(), CV_32F);
  for (int y = 0; y < f.rows; ++y) {
    const auto *middle = f.ptr<cv::Vec3f>(y), *one = a.ptr<cv::Vec3f>(y),
               *other = b.ptr<cv::Vec3f>(y);
    auto* out = residual.ptr<float>(y);
    for (int x = 0; x < f.cols; ++x) {
      float sum = 0;
      for (int c = 0; c < 3; ++c) sum += std::abs(middle[x][c] - (one[x][c] + other[x][c]) / 2);
      out[x] = sum / 3;
    }
  }
  return residual;
}

Total total(const cv::Mat& residual, const cv::Mat& mask) {
  Total t;
  for (int y = 0; y < residual.rows; ++y) {
    const auto* r = residual.ptr<float>(y);
    const auto* seen = mask.ptr<uint8_t>(y);
    for (int x = 0; x < residual.cols; ++x) {
      if (seen[x] == 0) continue;
      t.sum += r[x];
      ++t.pixels;
    }
  }
  return t;
}

// Means of the tiles that can be trusted; `tiles`: how many there are in all.
std::vector<double> tile_means(const cv::Mat& residual, const cv::Mat& mask, int64_t& tiles) {
  std::vector<double> means;
  tiles = 0;
  for (int y = 0; y + kTile <= residual.rows; y += kTile) {
    for (int x = 0; x + kTile <= residual.cols; x += kTile) {
      const cv::Rect tile(x, y, kTile, kTile);
      const Total t = total(residual(tile), mask(tile));
      if (2 * t.pixels >= kTile * kTile) means.push_back(t.sum / static_cast<double>(t.pixels));
      ++tiles;
    }
  }
  return means;
}

double share(int64_t part, int64_t whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

class FlickerMc : public Meter {
 public:
  void see(const FrameMoment& moment) override {
    if (!moment.motion_before || !moment.motion) return;
    const Motion &earlier = *moment.motion_before, &later = *moment.motion;
    const cv::Mat residual = second_difference(moment.before->small_float(),
                                               warp(moment.before2->small_float(), earlier.back),
                                               warp(moment.now->small_float(), later.onward));
    const cv::Mat mask = earlier.seen_back & later.seen_onward;
    const int64_t middle = moment.index - 1, pixels = static_cast<int64_t>(mask.total());
    const Total t = total(residual, mask);
    means_.add(middle, t.sum / static_cast<double>(t.pixels), share(t.pixels, pixels));
    int64_t tiles = 0;
    const std::vector<double> of_tiles = tile_means(residual, mask, tiles);
    tiles_.add(middle, quantile(of_tiles, kQuantile),
               share(static_cast<int64_t>(of_tiles.size()), tiles));
  }

  std::vector<Measurement> finish(const ClipEnd& end) override {
    return {means_.mean(kMean, end), tiles_.mean(kP95, end)};
  }

 private:
  FrameSeries means_{Reach::kTriple}, tiles_{Reach::kTriple};
};

}  // namespace

MeterRow flicker_mc() {
  return {{&kMean, &kP95},
          [](const ClipFacts&) -> std::unique_ptr<Meter> { return std::make_unique<FlickerMc>(); }};
}

}  // namespace flowreel
