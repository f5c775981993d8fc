#include "pipeline/evaluate/backdrop_fit.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace flowreel {
namespace {

constexpr int kTerms = 10;         // of a cubic in two variables
constexpr size_t kFramesUsed = 9;  // of the clip, evenly spread
constexpr float kGreatestTone = 40;

using Terms = std::array<double, kTerms>;

// Coordinates from -1 to 1, so that the normal equations are well conditioned.
Terms terms(int row, int column, const cv::Size& size) {
  const double x = (2 * column + 1.0) / size.width - 1, y = (2 * row + 1.0) / size.height - 1;
  return {1, x, y, x * x, x * y, y * y, x * x * x, x * x * y, x * y * y, y * y * y};
}

// Least squares for the three channels at once.
class CubicFit {
 public:
  void add(const Terms& t, const cv::Vec3f& value, double weight) {
    for (int i = 0; i < kTerms; ++i) {
      for (int j = 0; j <= i; ++j) squares_(i, j) += weight * t[i] * t[j];
      for (int c = 0; c < 3; ++c) products_(i, c) += weight * t[i] * value[c];
    }
  }

  cv::Matx<double, kTerms, 3> solve() {
    for (int i = 0; i < kTerms; ++i) {
      squares_(i, i) += 1e-9 * squares_(0, 0);
      for (int j = i + 1; j < kTerms; ++j) squares_(i, j) = squares_(j, i);
    }
    return squares_.solve(products_, cv::DECOMP_CHOLESKY);
  }

 private:
  cv::Matx<double, kTerms, kTerms> squares_ = cv::Matx<double, kTerms, kTerms>::zeros();
  cv::Matx<double, kTerms, 3> products_ = cv::Matx<double, kTerms, 3>::zeros();
};

cv::Mat3f paint(const cv::Matx<double, kTerms, 3>& cubic, const cv::Size& size) {
  cv::Mat3f picture(size);
  for (int row = 0; row < size.height; ++row) {
    for (int column = 0; column < size.width; ++column) {
      const Terms t = terms(row, column, size);
      cv::Vec3d sum(0, 0, 0);
      for (int i = 0; i < kTerms; ++i) {
        for (int c = 0; c < 3; ++c) sum[c] += t[i] * cubic(i, c);
      }
      picture(row, column) = sum;
    }
  }
  return picture;
}

float distance(const BackdropFit& backdrop, const cv::Vec3f& behind, const cv::Vec3f& pixel) {
  const cv::Vec3f rest = pixel - behind;
  const float tone = std::clamp((rest[0] + rest[1] + rest[2]) / 3, backdrop.low, backdrop.high);
  const cv::Vec3f off = rest - cv::Vec3f::all(tone);
  return std::sqrt(off.dot(off));
}

std::vector<const cv::Mat3f*> spread(const std::vector<cv::Mat3f>& frames) {
  std::vector<const cv::Mat3f*> chosen;
  const size_t count = std::min(kFramesUsed, frames.size());
  for (size_t i = 0; i < count; ++i) {
    chosen.push_back(&frames[count == 1 ? 0 : i * (frames.size() - 1) / (count - 1)]);
  }
  return chosen;
}

// No shape of the grammar comes nearer to the edge than a hundredth of the smaller side.
std::vector<cv::Point> border_of(const cv::Size& size) {
  const int width = std::max(1, std::min(size.width, size.height) / 64);
  std::vector<cv::Point> points;
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const int depth = std::min({x, y, size.width - 1 - x, size.height - 1 - y});
      if (depth < width) points.emplace_back(x, y);
    }
  }
  return points;
}

std::vector<cv::Point> grid_of(const cv::Size& size) {
  std::vector<cv::Point> points;
  for (int y = 0; y < size.height; y += 2) {
    for (int x = 0; x < size.width; x += 2) points.emplace_back(x, y);
  }
  return points;
}

// Least squares over points, each weighted by `weight` of its distance from the backdrop so far.
template <typename Weight>
void refit(BackdropFit& backdrop, const std::vector<const cv::Mat3f*>& frames,
           const std::vector<cv::Point>& points, const Weight& weight) {
  CubicFit fit;
  const cv::Size size = frames[0]->size();
  for (const cv::Point& p : points) {
    const Terms t = terms(p.y, p.x, size);
    double weights = 0;
    cv::Vec3f sum(0, 0, 0);
    for (const cv::Mat3f* frame : frames) {
      const cv::Vec3f& pixel = (*frame)(p);
      const float w =
          backdrop.smooth.empty() ? 1.0F : weight(distance(backdrop, backdrop.smooth(p), pixel));
      weights += w;
      sum += w * pixel;
    }
    if (weights > 0) fit.add(t, sum / weights, weights);
  }
  backdrop.smooth = paint(fit.solve(), size);
}

// The tones on the border, leaving out a hundredth at either end and what is no grey tone.
void find_tones(BackdropFit& backdrop, const std::vector<const cv::Mat3f*>& frames,
                const std::vector<cv::Point>& border) {
  std::vector<float> tones;
  for (const cv::Point& p : border) {
    for (const cv::Mat3f* frame : frames) {
      const cv::Vec3f rest = (*frame)(p)-backdrop.smooth(p);
      const float tone = (rest[0] + rest[1] + rest[2]) / 3;
      const double off = cv::norm(rest - cv::Vec3f::all(tone));
      if (off < kOffBackdrop && std::abs(tone) < kGreatestTone) tones.push_back(tone);
    }
  }
  if (tones.empty()) return;
  std::sort(tones.begin(), tones.end());
  backdrop.low = std::min(0.0F, tones[tones.size() / 100]);
  backdrop.high = std::max(0.0F, tones[tones.size() - 1 - tones.size() / 100]);
}

}  // namespace

BackdropFit fit_backdrop(const std::vector<cv::Mat3f>& frames) {
  const std::vector<const cv::Mat3f*> chosen = spread(frames);
  const cv::Size size = frames.at(0).size();
  const std::vector<cv::Point> border = border_of(size);
  BackdropFit backdrop;
  const auto cauchy = [](float d) { return 1 / (1 + d * d / 400); };
  for (int i = 0; i < 6; ++i) refit(backdrop, chosen, border, cauchy);
  find_tones(backdrop, chosen, border);
  const auto inside = [](float d) { return d < kOffBackdrop ? 1.0F : 0.0F; };
  const std::vector<cv::Point> grid = grid_of(size);
  for (int i = 0; i < 2; ++i) refit(backdrop, chosen, grid, inside);
  find_tones(backdrop, chosen, border);
  return backdrop;
}

cv::Mat1f distance_from(const BackdropFit& backdrop, const cv::Mat3f& frame) {
  cv::Mat1f distances(frame.size());
  for (int y = 0; y < frame.rows; ++y) {
    for (int x = 0; x < frame.cols; ++x) {
      distances(y, x) = distance(backdrop, backdrop.smooth(y, x), frame(y, x));
    }
  }
  return distances;
}

}  // namespace flowreel
