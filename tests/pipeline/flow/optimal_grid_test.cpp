#include "pipeline/flow/optimal_grid.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "errors/error.h"
#include "pipeline/flow/solver.h"

namespace flowreel {
namespace {

// dx/dt = 6 e^(-8t), whose solutions bend at the beginning.
const Velocity kBends = [](const at::Tensor& x, double t) {
  return at::full_like(x, 6 * std::exp(-8 * t));
};

double bend(double t) { return 6.0 / 8 * (1 - std::exp(-8 * t)); }

std::vector<double> even(int n) {
  std::vector<double> times;
  for (int i = 0; i <= n; ++i) times.push_back(static_cast<double>(i) / n);
  return times;
}

at::Tensor zeros() { return at::zeros({2, 3}, at::kDouble); }

TEST(FineSolution, KeepsEveryStateAndTheVelocityThere) {
  const FineSolution s = fine_solution(kBends, zeros(), even(40));
  ASSERT_EQ(s.states.size(), 41u);
  ASSERT_EQ(s.velocities.size(), 40u);
  for (size_t i = 0; i < 40; ++i) {
    EXPECT_NEAR(s.states[i + 1][0][0].item<double>(), bend(s.times[i + 1]), 2e-3) << i;
    EXPECT_DOUBLE_EQ(s.velocities[i][1][2].item<double>(), 6 * std::exp(-8 * s.times[i]));
  }
  EXPECT_THROW(fine_solution(kBends, zeros(), {0.5}), UsageError);
}

TEST(StepErrors, AreWhatOneStepMisses) {
  FineSolution s;
  s.times = {0, 0.5, 1};
  s.states = {at::tensor({0.0, 0.0}), at::tensor({1.0, 3.0}), at::tensor({4.0, 4.0})};
  s.velocities = {at::tensor({2.0, 2.0}), at::tensor({6.0, 2.0})};
  const at::Tensor errors = step_errors(s);
  // From 0 to 0.5: (1, 1) against (1, 3); to 1: (2, 2) against (4, 4); from 0.5 to 1: no error.
  EXPECT_DOUBLE_EQ(errors[0][1].item<double>(), std::sqrt(2));
  EXPECT_DOUBLE_EQ(errors[0][2].item<double>(), 2);
  EXPECT_DOUBLE_EQ(errors[1][2].item<double>(), 0);
  EXPECT_DOUBLE_EQ(errors[2][1].item<double>(), 0);
}

// Every way there is, against the one that was found.
double least_sum(const at::Tensor& errors, int64_t from, int steps) {
  const int64_t n = errors.size(0) - 1;
  if (steps == 1) return errors[from][n].item<double>();
  double least = HUGE_VAL;
  for (int64_t i = from + 1; i <= n - steps + 1; ++i)
    least = std::min(least, errors[from][i].item<double>() + least_sum(errors, i, steps - 1));
  return least;
}

TEST(CheapestPath, IsTheCheapestOfAll) {
  at::Tensor errors = at::zeros({8, 8}, at::kDouble);
  for (int64_t i = 0; i < 8; ++i) {
    for (int64_t j = i + 1; j < 8; ++j) errors[i][j] = static_cast<double>((i * 37 + j * 91) % 17);
  }
  for (int steps = 1; steps <= 7; ++steps) {
    const std::vector<int64_t> path = cheapest_path(errors, steps);
    ASSERT_EQ(path.size(), static_cast<size_t>(steps) + 1);
    EXPECT_EQ(path.front(), 0);
    EXPECT_EQ(path.back(), 7);
    double sum = 0;
    for (size_t k = 0; k + 1 < path.size(); ++k) {
      ASSERT_LT(path[k], path[k + 1]);
      sum += errors[path[k]][path[k + 1]].item<double>();
    }
    EXPECT_DOUBLE_EQ(sum, least_sum(errors, 0, steps)) << steps;
  }
  EXPECT_THROW(cheapest_path(errors, 0), UsageError);
  EXPECT_THROW(cheapest_path(errors, 8), UsageError);
}

TEST(CheapestPath, LeadsEulerNearerThanEvenSteps) {
  const FineSolution s = fine_solution(kBends, zeros(), even(36));
  std::vector<double> times;
  for (const int64_t i : cheapest_path(step_errors(s), 6))
    times.push_back(s.times[static_cast<size_t>(i)]);
  const auto missed = [](const std::vector<double>& grid) {
    return std::abs(euler(kBends, zeros(), grid)[0][0].item<double>() - bend(1));
  };
  // This field does not depend on x, so that the errors of steps add up to that at the end, and no
  // grid of these times is better.
  EXPECT_NEAR(missed(times), least_sum(step_errors(s), 0, 6), 2e-3);
  EXPECT_LT(missed(times), missed(even(6)) / 2);
  EXPECT_LT(times[1] - times[0], 0.1);  // short where the solution bends
  EXPECT_GT(times[6] - times[5], 0.3);  // long where it is straight
}

}  // namespace
}  // namespace flowreel
