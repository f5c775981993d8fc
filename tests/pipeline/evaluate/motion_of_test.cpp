// Tracks as paths of u, with and without a trembling hand.
#include "pipeline/evaluate/motion_of.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numbers>

namespace flowreel {
namespace {

using shapes::Motion;
constexpr double kTurn = 2 * std::numbers::pi;
constexpr double kQuarter = 0.25;

using Path = std::function<TrackPoint(double u)>;

TrackPoint at_rest() { return {0, 0.5, 0.5, 0.17, 0}; }

// What changes against a shape at rest.
Path path(const std::function<void(TrackPoint& point, double u)>& change) {
  return [change](double u) {
    TrackPoint point = at_rest();
    change(point, u);
    return point;
  };
}

std::optional<Motion> seen(const Path& path, double symmetry = kQuarter, int frames = 33) {
  std::vector<TrackPoint> track;
  for (int i = 0; i < frames; ++i) {
    const double u = i / (frames - 1.0);
    TrackPoint point = path(u);
    point.u = u;
    point.x += 0.004 * std::sin(17.0 * i);
    point.y += 0.004 * std::cos(29.0 * i);
    if (symmetry > 0) point.angle -= symmetry * std::floor(point.angle / symmetry);
    track.push_back(point);
  }
  return motion_of(track, symmetry);
}

double hop(double hops) {
  const double s = hops - std::floor(hops);
  return 4 * s * (1 - s);
}

TEST(MotionOf, EachHasItsName) {
  const auto line = [](double dx, double dy) {
    return path([=](TrackPoint& p, double u) {
      p.x += dx * (u - 0.5);
      p.y += dy * (u - 0.5);
    });
  };
  EXPECT_EQ(seen(path([](TrackPoint&, double) {})), Motion::kStill);
  EXPECT_EQ(seen(line(-0.3, 0.02)), Motion::kLeft);
  EXPECT_EQ(seen(line(0.3, -0.02)), Motion::kRight);
  EXPECT_EQ(seen(line(0.02, -0.3)), Motion::kUp);
  EXPECT_EQ(seen(line(0, 0.3)), Motion::kDown);
  EXPECT_EQ(seen(line(0.26, -0.42)), Motion::kDiagonal);
  EXPECT_EQ(seen(line(-0.42, -0.26)), Motion::kDiagonal);
  for (const double hops : {1.5, 2.0, 2.5}) {
    for (const double phase : {0.0, 0.3, 0.6, 0.9}) {
      EXPECT_EQ(
          seen(path([=](TrackPoint& p, double u) { p.y = 0.7 - 0.3 * hop(phase + hops * u); })),
          Motion::kBouncing)
          << hops << " " << phase;
    }
  }
  for (const double rounds : {-1.25, -0.9, 0.9, 1.25}) {
    EXPECT_EQ(seen(path([=](TrackPoint& p, double u) {
                p.x += 0.15 * std::cos(kTurn * (0.1 + rounds * u));
                p.y += 0.15 * std::sin(kTurn * (0.1 + rounds * u));
              })),
              Motion::kOrbiting)
        << rounds;
  }
  for (const double turns : {-1.0, -0.5, 0.5, 1.0}) {
    EXPECT_EQ(seen(path([=](TrackPoint& p, double u) { p.angle = turns * u; }), 0.2, 17),
              Motion::kSpinning)
        << turns;
  }
  EXPECT_EQ(seen(path([](TrackPoint& p, double u) { p.radius *= 1 + 0.7 * u; })), Motion::kGrowing);
  EXPECT_EQ(seen(path([](TrackPoint& p, double u) { p.radius *= 1.7 - 0.7 * u; })),
            Motion::kShrinking);
}

TEST(MotionOf, WhatIsBetweenHasNone) {
  const std::vector<std::pair<const char*, Path>> paths = {
      {"a little to the left", path([](TrackPoint& p, double u) { p.x -= 0.1 * u; })},
      {"there and back", path([](TrackPoint& p, double u) { p.x += 0.4 * std::abs(u - 0.5); })},
      {"a jump", path([](TrackPoint& p, double u) { p.x += u < 0.5 ? -0.2 : 0.2; })},
      {"neither straight nor diagonal", path([](TrackPoint& p, double u) {
         p.x += 0.4 * u;
         p.y += 0.17 * u;
       })},
      {"moves and grows", path([](TrackPoint& p, double u) {
         p.x += 0.4 * u;
         p.radius *= 1 + 0.6 * u;
       })},
      {"moves and spins", path([](TrackPoint& p, double u) {
         p.x += 0.4 * u;
         p.angle = 0.6 * u;
       })},
      {"bounces sideways", path([](TrackPoint& p, double u) { p.x -= 0.4 * hop(2 * u); })},
      {"hangs from a ceiling",
       path([](TrackPoint& p, double u) { p.y += 0.4 * hop(2 * u + 0.3); })},
      {"one hop", path([](TrackPoint& p, double u) { p.y -= 0.4 * hop(u); })},
      {"half a round", path([](TrackPoint& p, double u) {
         p.x += 0.2 * std::cos(kTurn * u / 2);
         p.y += 0.2 * std::sin(kTurn * u / 2);
       })},
      {"two rounds", path([](TrackPoint& p, double u) {
         p.x += 0.2 * std::cos(kTurn * u * 2);
         p.y += 0.2 * std::sin(kTurn * u * 2);
       })},
      {"a flat ellipse", path([](TrackPoint& p, double u) {
         p.x += 0.3 * std::cos(kTurn * u);
         p.y += 0.1 * std::sin(kTurn * u);
       })},
      {"grows by a quarter", path([](TrackPoint& p, double u) { p.radius *= 1 + 0.25 * u; })},
      {"grows and shrinks",
       path([](TrackPoint& p, double u) { p.radius *= 1.4 - 0.8 * std::abs(u - 0.5); })},
      {"a fifth of a turn", path([](TrackPoint& p, double u) { p.angle = 0.2 * u; })},
      {"turns and turns back",
       path([](TrackPoint& p, double u) { p.angle = 0.4 * std::abs(u - 0.5); })},
  };
  for (const auto& [name, path] : paths) {
    const auto motion = seen(path);
    EXPECT_FALSE(motion) << name << ": " << shapes::name(*motion);
  }
}

// An angle of a circle is nothing but noise.
TEST(MotionOf, ARoundShapeDoesNotTurn) {
  const Path turning = path([](TrackPoint& p, double u) { p.angle = 0.7 * u; });
  EXPECT_EQ(seen(turning, 0), Motion::kStill);
  EXPECT_EQ(seen(turning, kQuarter), Motion::kSpinning);
}

TEST(MotionOf, AFewPointsAreNoTrack) {
  EXPECT_FALSE(seen(path([](TrackPoint&, double) {}), kQuarter, 4));
}

}  // namespace
}  // namespace flowreel
