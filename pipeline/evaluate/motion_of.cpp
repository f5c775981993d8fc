#include "pipeline/evaluate/motion_of.h"

#include <algorithm>
#include <cmath>

#include "pipeline/evaluate/paths.h"

namespace flowreel {
namespace {

using shapes::Motion;

constexpr double kStays = 0.067, kMoves = 0.16;    // of the frame
constexpr double kUnchanged = 1.2, kGrows = 1.35;  // factors
constexpr double kUnturned = 0.12, kSpins = 0.3;   // turns
constexpr double kExplained = 0.9;

// What there is to know of a track.
struct Track {
  Series x, y, radius, angle;
  double growth = 1;   // last over first, of a line through the radii
  double turning = 0;  // turns in the clip
  bool turns_evenly = true;
};

// Undoes the jumps by a symmetry.
void unwrap(std::vector<double>& angles, double symmetry) {
  for (size_t i = 1; i < angles.size(); ++i) {
    angles[i] -= symmetry * std::round((angles[i] - angles[i - 1]) / symmetry);
  }
}

Track summarise(const std::vector<TrackPoint>& points, double symmetry) {
  Track track;
  for (const TrackPoint& p : points) {
    for (Series* series : {&track.x, &track.y, &track.radius, &track.angle}) {
      series->u.push_back(p.u);
    }
    track.x.value.push_back(p.x);
    track.y.value.push_back(p.y);
    track.radius.value.push_back(p.radius);
    track.angle.value.push_back(p.angle);
  }
  const Line radius = fit_line(track.radius);
  const double first = std::max(radius.offset, 1e-3);
  track.growth = std::max(radius.offset + radius.slope, 1e-3) / first;
  if (symmetry == 0) {
    track.angle.value.assign(points.size(), 0);
  } else {
    unwrap(track.angle.value, symmetry);
    const Line angle = fit_line(track.angle);
    track.turning = angle.slope;
    track.turns_evenly = angle.rest <= (1 - kExplained) * scatter(track.angle.value);
  }
  return track;
}

bool keeps_size(const Track& track) { return track.growth < kGrows && track.growth > 1 / kGrows; }

std::optional<Motion> in_place(const Track& track) {
  const double turning = std::abs(track.turning);
  const double growth = std::max(track.growth, 1 / track.growth);
  if (growth >= kGrows && turning < kSpins) {
    const double left = fit_line(track.radius).rest;
    if (left > (1 - kExplained) * scatter(track.radius.value)) return std::nullopt;
    return track.growth > 1 ? Motion::kGrowing : Motion::kShrinking;
  }
  // What comes and goes back again is not still either.
  const double swell = spread(track.radius.value) / std::max(mean(track.radius.value), 1e-3);
  if (std::max(growth - 1, swell) >= kUnchanged - 1) return std::nullopt;
  if (turning >= kSpins && track.turns_evenly) return Motion::kSpinning;
  if (std::max(turning, spread(track.angle.value)) < kUnturned) return Motion::kStill;
  return std::nullopt;
}

// Along a line of this direction.
std::optional<Motion> direction(double dx, double dy) {
  constexpr double kAside = 0.36, kSlanted = 0.5;  // lesser over greater part
  const double lesser = std::min(std::abs(dx), std::abs(dy));
  const double greater = std::max(std::abs(dx), std::abs(dy));
  if (greater < kMoves) return std::nullopt;
  if (lesser > kSlanted * greater) return Motion::kDiagonal;
  if (lesser > kAside * greater) return std::nullopt;
  if (std::abs(dx) > std::abs(dy)) return dx < 0 ? Motion::kLeft : Motion::kRight;
  return dy < 0 ? Motion::kUp : Motion::kDown;
}

std::optional<Motion> along_path(const Track& track) {
  const double all = scatter(track.x.value) + scatter(track.y.value);
  const double allowed = (1 - kExplained) * all;
  const Line x = fit_line(track.x), y = fit_line(track.y);
  if (x.rest + y.rest <= allowed) return direction(x.slope, y.slope);
  const double sideways = scatter(track.x.value);
  const bool stays_in_x = spread(track.x.value) < kStays || sideways < 0.05 * all;
  if (stays_in_x && rest_of_bounce(track.y) <= allowed) return Motion::kBouncing;
  const Circle circle = fit_circle(track.x, track.y);
  constexpr double kRoundness = 0.8;  // of an ellipse of axes 2 : 1
  const bool round = circle.roundness >= kRoundness && circle.cycles > 0.7 && circle.cycles < 1.5;
  if (round && circle.rest <= allowed) return Motion::kOrbiting;
  return std::nullopt;
}

}  // namespace

std::optional<Motion> motion_of(const std::vector<TrackPoint>& points, double symmetry) {
  constexpr size_t kLeast = 5;
  if (points.size() < kLeast) return std::nullopt;
  const Track track = summarise(points, symmetry);
  const double moved = std::max(spread(track.x.value), spread(track.y.value));
  if (moved < kStays) return in_place(track);
  if (moved < kMoves || !keeps_size(track)) return std::nullopt;
  if (std::abs(track.turning) >= kSpins && track.turns_evenly) return std::nullopt;
  return along_path(track);
}

}  // namespace flowreel
