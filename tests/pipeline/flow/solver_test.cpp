#include "pipeline/flow/solver.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "errors/error.h"
#include "pipeline/flow/schedule.h"
#include "tests/pipeline/flow/bits.h"

namespace flowreel {
namespace {

// 0 to 1 with steps that grow smoothly smaller: an uneven grid, halved by doubling n.
std::vector<double> uneven_times(int n) {
  std::vector<double> times;
  for (int i = 0; i <= n; ++i) {
    const double s = 1.0 - static_cast<double>(i) / n;
    times.push_back(1.0 - s / (0.5 + 0.5 * s));
  }
  times.front() = 0.0;
  return times;
}

// x' = -x + sin t, x(t) = (x(0) + 1/2) e^-t + (sin t - cos t) / 2.
double error_on_closed_form(const Solver& solver, int n) {
  const at::Tensor x_0 = at::tensor({1.0, -0.3, 2.5}, at::kDouble);
  const Velocity v = [](const at::Tensor& x, double t) { return std::sin(t) - x; };
  const at::Tensor exact = (x_0 + 0.5) * std::exp(-1.0) + (std::sin(1.0) - std::cos(1.0)) / 2;
  return (solver.solve(v, x_0, uneven_times(n), {}) - exact).abs().max().item<double>();
}

TEST(Solver, ReachesItsOrder) {
  for (const Solver& solver : solvers()) {
    if (solver.order == kStochastic) continue;
    const double order =
        std::log2(error_on_closed_form(solver, 40) / error_on_closed_form(solver, 80));
    EXPECT_NEAR(order, solver.order, 0.15) << solver.name;
  }
}

TEST(Solver, IntegratesAVelocityOfTimeAlone) {
  const at::Tensor x_0 = at::tensor({0.0, -1.0}, at::kDouble);
  const Velocity v = [](const at::Tensor& x, double t) { return at::full_like(x, 3 * t * t); };
  for (const Solver& solver : solvers()) {
    if (solver.order == kStochastic) continue;
    const at::Tensor x_1 = solver.solve(v, x_0, uneven_times(400), {});
    EXPECT_LT((x_1 - x_0 - 1.0).abs().max().item<double>(), solver.order == 1 ? 1e-2 : 1e-4)
        << solver.name;
  }
}

TEST(Solver, StraightPathsTakeOneStep) {
  const at::Tensor x_0 = at::tensor({-1.5f, 0.25f, 2.0f});
  const at::Tensor x_1 = at::tensor({0.5f, -0.75f, 4.0f});
  const Velocity v = [&](const at::Tensor&, double) { return x_1 - x_0; };
  for (const Solver& solver : solvers()) {
    EXPECT_TRUE(at::allclose(solver.solve(v, x_0, {0.0, 1.0}, {}), x_1, 1e-6, 0)) << solver.name;
  }
  EXPECT_TRUE(at::equal(euler(v, x_0, {0.0, 1.0}), x_1));
}

TEST(Solver, EvaluatesAsOftenAsTheTableSays) {
  for (const Solver& solver : solvers()) {
    int calls = 0;
    const Velocity v = [&](const at::Tensor& x, double t) {
      EXPECT_TRUE(t >= 0 && t <= 1) << solver.name << " at " << t;
      ++calls;
      return x;
    };
    solver.solve(v, at::ones({2}), schedule_times({.steps = 7, .shift = 7.0}), {});
    EXPECT_EQ(calls, 7 * solver.evaluations) << solver.name;
  }
}

// diffusers 0.42.1: FlowMatchEulerDiscreteScheduler(shift=7), 6 steps of x = (arange(16) - 7.5) / 4
// with the network output x x 0.125 - x 0.7 + timestep 0.001.
TEST(Solver, EulerHasTheBitsOfDiffusers) {
  const Velocity v =
      velocity_from_noise_minus_data([](const at::Tensor& x, double sigma) -> at::Tensor {
        const at::Tensor timestep = at::scalar_tensor(timestep_of_sigma(sigma), at::kFloat);
        return x * x * 0.125 - x * 0.7 + timestep * 0.001;
      });
  const at::Tensor x_0 = (at::arange(16, at::kFloat) - 7.5) / 4;
  const std::vector<uint32_t> expected = {0xc0b1b2f4, 0xc099ed12, 0xc083812b, 0xc05cb8d8,
                                          0xc034da00, 0xc00f4418, 0xbfd7ae69, 0xbf94ea4a,
                                          0xbf2c0566, 0xbe560c95, 0x3e6861d9, 0x3f232e2f,
                                          0x3f830cce, 0x3fb198ae, 0x3fdd63b7, 0x40034a54};
  EXPECT_EQ(bits_of(euler(v, x_0, schedule_times({.steps = 6, .shift = 7.0}))), expected);
}

TEST(Solver, EulerRoundsTheProductBeforeTheSum) {
  const at::Tensor x_0 = at::linspace(-3, 3, 1003, at::kFloat);
  const Velocity v = [](const at::Tensor& x, double t) { return x * 0.3 - t; };
  const std::vector<double> times = schedule_times({.steps = 50, .shift = 7.0});
  std::vector<float> x(x_0.const_data_ptr<float>(), x_0.const_data_ptr<float>() + x_0.numel());
  for (size_t n = 0; n + 1 < times.size(); ++n) {
    const at::Tensor slope = v(at::tensor(x), times[n]);
    const float dt = static_cast<float>(1 - times[n]) - static_cast<float>(1 - times[n + 1]);
    for (size_t i = 0; i < x.size(); ++i) {
      const float product = dt * slope.const_data_ptr<float>()[i];
      x[i] = x[i] + product;
    }
  }
  EXPECT_EQ(bits_of(euler(v, x_0, times)), bits_of(at::tensor(x)));
}

TEST(Solver, KeepsTheStateInFloat32) {
  const Velocity v = [](const at::Tensor& x, double) { return x.to(at::kBFloat16); };
  for (const Solver& solver : solvers()) {
    EXPECT_EQ(solver.solve(v, at::ones({2}, at::kBFloat16), {0.0, 0.5, 1.0}, {}).scalar_type(),
              at::kFloat)
        << solver.name;
  }
}

TEST(Solver, AfterStepSeesAndReplacesTheState) {
  const Velocity v = [](const at::Tensor& x, double) { return at::ones_like(x); };
  const std::vector<double> times = {0.0, 0.25, 0.5, 1.0};
  for (const Solver& solver : solvers()) {
    std::vector<int> steps;
    std::vector<double> reached;
    const AfterStep hold_first = [&](int step, double t, at::Tensor x) {
      steps.push_back(step);
      reached.push_back(t);
      x = x.clone();
      x[0] = 7.0f;
      return x;
    };
    const at::Tensor x = solver.solve(v, at::zeros({2}), times, {.after_step = hold_first});
    EXPECT_EQ(steps, (std::vector<int>{0, 1, 2})) << solver.name;
    EXPECT_EQ(reached, (std::vector<double>{0.25, 0.5, 1.0})) << solver.name;
    EXPECT_EQ(x[0].item<float>(), 7.0f) << solver.name;
    if (solver.order == kStochastic) continue;
    EXPECT_NEAR(x[1].item<float>(), 1.0f, 1e-6) << solver.name;
  }
}

TEST(Solver, AfterStepCancels) {
  int calls = 0;
  const Velocity v = [&](const at::Tensor& x, double) { return ++calls, x; };
  const AfterStep cancel = [](int step, double, at::Tensor x) {
    if (step == 1) throw Interrupted("stopped");
    return x;
  };
  EXPECT_THROW(euler(v, at::ones({1}), {0.0, 0.25, 0.5, 1.0}, {.after_step = cancel}), Interrupted);
  EXPECT_EQ(calls, 2);
}

TEST(Solver, LeavesItsInputAlone) {
  const Velocity v = [](const at::Tensor& x, double) { return x; };
  for (const Solver& solver : solvers()) {
    const at::Tensor x_0 = at::ones({2});
    solver.solve(v, x_0, {0.0, 0.5, 1.0}, {});
    EXPECT_TRUE(at::equal(x_0, at::ones({2}))) << solver.name;
    EXPECT_TRUE(at::equal(solver.solve(v, x_0, {1.0}, {}), x_0)) << solver.name;
  }
}

TEST(Solver, GoesBackTheSameWay) {
  const Velocity v = [](const at::Tensor& x, double t) { return x * t; };
  const at::Tensor x_0 = at::tensor({1.0, 2.0}, at::kDouble);
  std::vector<double> times = uneven_times(50);
  const at::Tensor x_1 = rk4(v, x_0, times);
  std::reverse(times.begin(), times.end());
  EXPECT_TRUE(at::allclose(rk4(v, x_1, times), x_0, 1e-7, 0));
}

TEST(Solver, RejectsBadGridsAndVelocities) {
  const Velocity v = [](const at::Tensor& x, double) { return x; };
  const Velocity scalar = [](const at::Tensor&, double) { return at::ones({1}); };
  for (const Solver& solver : solvers()) {
    EXPECT_THROW(solver.solve(v, at::ones({2}), {}, {}), UsageError);
    EXPECT_THROW(solver.solve(v, at::ones({2}), {0.0, 0.5, 0.5}, {}), UsageError);
    EXPECT_THROW(solver.solve(v, at::ones({2}), {0.0, 0.5, 0.25}, {}), UsageError);
    EXPECT_THROW(solver.solve(v, at::ones({2}), {0.0, NAN}, {}), UsageError);
    EXPECT_THROW(solver.solve(scalar, at::ones({2}), {0.0, 1.0}, {}), NumericsError);
  }
}

TEST(Solver, UnknownNamesListTheKnown) {
  for (const Solver& solver : solvers()) EXPECT_EQ(&find_solver(solver.name), &solver);
  try {
    find_solver("dopri9");
    FAIL() << "expected an error";
  } catch (const UsageError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("dopri9"), std::string::npos) << text;
    EXPECT_NE(text.find("euler, heun, midpoint, rk4, ab2, ddim, ddpm"), std::string::npos) << text;
  }
}

// Broken off after any step and gone on with from there, every solver reaches the same bits.
TEST(Solver, GoesOnAsIfItHadNotStopped) {
  const at::Tensor x_0 = at::tensor({1.0f, -0.3f, 2.5f});
  const Velocity v = [](const at::Tensor& x, double t) { return at::sin(x * 3) + t; };
  const std::vector<double> times = uneven_times(5);
  for (const Solver& solver : solvers()) {
    const at::Tensor whole = solver.solve(v, x_0, times, {.seed = 7});
    for (int stop = 0; stop <= 5; ++stop) {
      SolverMemory memory, kept;
      at::Tensor reached = x_0;
      const auto keep = [&](int step, double, at::Tensor x) {
        if (step + 1 != stop) return x;
        reached = x.clone();
        kept.velocity = memory.velocity.defined() ? memory.velocity.clone() : at::Tensor();
        return x;
      };
      solver.solve(v, x_0, times, {.after_step = keep, .seed = 7, .memory = &memory});
      const at::Tensor resumed =
          solver.solve(v, reached, times, {.seed = 7, .begin = stop, .memory = &kept});
      EXPECT_TRUE(at::equal(resumed, whole)) << solver.name << " after step " << stop;
    }
    EXPECT_THROW(solver.solve(v, x_0, times, {.begin = 6}), UsageError);
    EXPECT_THROW(solver.solve(v, x_0, times, {.begin = -1}), UsageError);
  }
}

}  // namespace
}  // namespace flowreel
