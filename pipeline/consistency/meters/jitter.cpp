#include "pipeline/consistency/meters/jitter.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

#include "pipeline/consistency/series.h"

namespace flowreel {
namespace {

constexpr int kGrid = 8;
// The flow is that of patches of 16 pixels: nearer to the edges it falls short of the motion.
constexpr int kEdge = 16;
// Points that make a fit: so many, and so large a share of the grid.
constexpr size_t kFewest = 12;
constexpr double kLeastShare = 0.1;
constexpr int kRounds = 20;
// Points within so many robust standard deviations (1.4826 times the median distance) follow, and
// all within so few pixels: the flow is no better than that.
constexpr double kDeviations = 2.5, kToSigma = 1.4826, kClose = 0.1;

const Definition kShift = {"jitter",
                           "flowreel/jitter@1",
                           "% of diagonal",
                           Direction::kLowerIsBetter,
                           "rms_t |d_{t+1} - d_t|, d_t = shift of the whole picture from t-1 to t",
                           "the camera shakes"};
const Definition kTurn = {"jitter_rotation",
                          "flowreel/jitter_rotation@1",
                          "degrees",
                          Direction::kLowerIsBetter,
                          "rms_t |a_{t+1} - a_t|, a_t = turn of the whole picture from t-1 to t",
                          "the camera shakes about its axis"};

// A point of the grid, from the middle of the frame, and its flow; pixels.
struct Point {
  cv::Vec2d at, flow;
};

// flow(p) = shift + (a -b; b a) p
struct Similarity {
  cv::Vec2d shift;
  double a = 0, b = 0;

  double distance(const Point& p) const {
    return cv::norm(p.flow - shift -
                    cv::Vec2d(a * p.at[0] - b * p.at[1], b * p.at[0] + a * p.at[1]));
  }
  double degrees() const { return std::atan2(b, 1 + a) * 180 / std::numbers::pi; }
};

struct Fit {
  Similarity motion;
  double share = 0;  // of the grid that follows
};

// Points of the grid along a side of so many pixels.
int on_grid(int side) { return std::max(0, (side - 2 * kEdge + kGrid - 1) / kGrid); }

std::vector<Point> points_of(const cv::Mat& flow, const cv::Mat& seen) {
  std::vector<Point> points;
  const cv::Vec2d middle((flow.cols - 1) / 2.0, (flow.rows - 1) / 2.0);
  for (int y = kEdge; y < flow.rows - kEdge; y += kGrid) {
    for (int x = kEdge; x < flow.cols - kEdge; x += kGrid) {
      if (seen.at<uint8_t>(y, x) != 0)
        points.push_back({cv::Vec2d(x, y) - middle, flow.at<cv::Vec2f>(y, x)});
    }
  }
  return points;
}

Similarity median_shift(const std::vector<Point>& points) {
  std::vector<double> x, y;
  for (const Point& p : points) {
    x.push_back(p.flow[0]);
    y.push_back(p.flow[1]);
  }
  return {{median(std::move(x)), median(std::move(y))}};
}

Similarity least_squares(const std::vector<Point>& points) {
  cv::Vec2d at, flow;
  for (const Point& p : points) {
    at += p.at;
    flow += p.flow;
  }
  const double each = 1 / static_cast<double>(points.size());
  at *= each;
  flow *= each;
  double along = 0, across = 0, spread = 0;
  for (const Point& p : points) {
    const cv::Vec2d q = p.at - at, f = p.flow - flow;
    along += q[0] * f[0] + q[1] * f[1];
    across += q[0] * f[1] - q[1] * f[0];
    spread += q.dot(q);
  }
  Similarity s;
  s.a = along / spread;
  s.b = across / spread;
  s.shift = flow - cv::Vec2d(s.a * at[0] - s.b * at[1], s.b * at[0] + s.a * at[1]);
  return s;
}

std::vector<Point> followers(const std::vector<Point>& points, const Similarity& motion) {
  std::vector<double> distances;
  for (const Point& p : points) distances.push_back(motion.distance(p));
  const double limit = std::max(kClose, kDeviations * kToSigma * median(distances));
  std::vector<Point> close;
  for (size_t i = 0; i < points.size(); ++i) {
    if (distances[i] <= limit) close.push_back(points[i]);
  }
  return close;
}

// Nothing when the flow cannot be trusted at enough points.
std::optional<Fit> fit(const Motion& motion) {
  const cv::Mat& flow = motion.onward;
  const std::vector<Point> points = points_of(flow, motion.seen_onward);
  const double grid = on_grid(flow.cols) * on_grid(flow.rows),
               trusted = static_cast<double>(points.size());
  if (points.size() < kFewest || trusted < kLeastShare * grid) return std::nullopt;
  Fit result{median_shift(points)};
  size_t before = 0;
  for (int round = 0; round < kRounds; ++round) {
    const std::vector<Point> close = followers(points, result.motion);
    if (close.size() == before) break;
    before = close.size();
    result.motion = least_squares(close);
  }
  result.share = static_cast<double>(before) / grid;
  return result;
}

class Jitter : public Meter {
 public:
  void see(const FrameMoment& moment) override {
    const std::optional<Fit> now = moment.motion ? fit(*moment.motion) : std::nullopt;
    if (before_ && now) {
      const cv::Vec2d change = now->motion.shift - before_->motion.shift;
      const cv::Mat& flow = moment.motion->onward;
      const double percent = 100 * cv::norm(change) / std::hypot(flow.cols, flow.rows);
      shifts_.add(moment.index - 1, percent * percent);
      const double turn = now->motion.degrees() - before_->motion.degrees();
      turns_.add(moment.index - 1, turn * turn);
      shares_.add(moment.index - 1, std::min(now->share, before_->share));
    }
    before_ = now;
  }

  std::vector<Measurement> finish(const ClipEnd& end) override {
    return {rms(kShift, shifts_, end), rms(kTurn, turns_, end)};
  }

 private:
  Measurement rms(const Definition& definition, const FrameSeries& squares,
                  const ClipEnd& end) const {
    Measurement m = squares.mean(definition, end);
    for (double& v : m.series) v = std::sqrt(v);
    if (!m.value) return m;
    m.value = std::sqrt(*m.value);
    m.coverage = *shares_.mean(definition, end).value;
    return m;
  }

  std::optional<Fit> before_;
  // By triple: squared changes of shift (% of diagonal) and turn (degrees), share of the grid.
  FrameSeries shifts_{Reach::kTriple}, turns_{Reach::kTriple}, shares_{Reach::kTriple};
};

}  // namespace

MeterRow jitter() {
  return {{&kShift, &kTurn},
          [](const ClipFacts&) -> std::unique_ptr<Meter> { return std::make_unique<Jitter>(); }};
}

}  // namespace flowreel
