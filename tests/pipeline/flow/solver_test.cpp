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

// x' = -x + sin t, x(t) = c e^-t + (sin t - cos t) / 2.
struct ClosedForm {
  at::Tensor c = at::tensor({1.5, 0.2, 3.0}, at::kDouble);
  at::Tensor at_time(double t) const { return c * std::exp(-t) + (std::sin(t) - std::cos(t)) / 2; }
  static at::Tensor velocity(const at::Tensor& x, double t) { return std::sin(t) - x; }
};

// An adaptive solver is given so much tolerance that it takes the grid's own steps.
constexpr double kAnyError = 1e9;

// After n steps from time `from` to `to`.
double error_on_closed_form(const Solver& solver, int n, double from, double to) {
  const ClosedForm exact;
  std::vector<double> times = uneven_times(n);
  for (double& t : times) t = from + (to - from) * t;
  times.back() = to;
  const at::Tensor x =
      solver.solve(ClosedForm::velocity, exact.at_time(from), times, {.tolerance = kAnyError});
  return (x - exact.at_time(to)).abs().max().item<double>();
}

double measured_order(const Solver& solver, double from, double to) {
  return std::log2(error_on_closed_form(solver, 40, from, to) /
                   error_on_closed_form(solver, 80, from, to));
}

// They integrate in lambda, which is infinite at 0 and 1.
bool predicts_data(const Solver& solver) {
  return solver.solve == dpmpp2m || solver.solve == unipc;
}

TEST(Solver, ReachesItsOrder) {
  for (const Solver& solver : solvers()) {
    if (solver.order == kStochastic) continue;
    EXPECT_NEAR(measured_order(solver, 0.2, 0.8), solver.order, 0.15) << solver.name;
    if (predicts_data(solver)) {
      EXPECT_GT(measured_order(solver, 0, 1), 1.25) << solver.name << ", as its header says";
    } else {
      EXPECT_NEAR(measured_order(solver, 0, 1), solver.order, 0.15) << solver.name;
    }
  }
}

TEST(Solver, DormandPrinceKeepsToItsToleranceWithoutWork) {
  const ClosedForm exact;
  int last = 0;
  for (const double tolerance : {1e-3, 1e-6, 1e-9}) {
    int calls = 0;
    const Velocity v = [&](const at::Tensor& x, double t) {
      return ++calls, ClosedForm::velocity(x, t);
    };
    const at::Tensor x = dopri5(v, exact.at_time(0), {0.0, 1.0}, {.tolerance = tolerance});
    EXPECT_LT((x - exact.at_time(1)).abs().max().item<double>(), 10 * tolerance);
    EXPECT_GT(calls, last) << "more for a smaller tolerance";
    EXPECT_LT(calls, 200);
    last = calls;
  }
}

// A field that jumps: the step that meets it is tried again, smaller.
TEST(Solver, DormandPrinceTriesAgainWhereTheFieldJumps) {
  const Velocity v = [](const at::Tensor& x, double t) {
    return at::full_like(x, t < 0.503 ? 1.0 : -3.0);
  };
  const at::Tensor x = dopri5(v, at::zeros({1}, at::kDouble), {0.0, 1.0}, {.tolerance = 1e-7});
  EXPECT_NEAR(x.item<double>(), 0.503 - 3 * 0.497, 1e-4);
}

TEST(Solver, DormandPrinceGivesUpOnWhatIsNoNumber) {
  const Velocity v = [](const at::Tensor& x, double t) {
    return at::full_like(x, t < 0.5 ? 1.0 : NAN);
  };
  EXPECT_THROW(dopri5(v, at::zeros({1}), {0.0, 1.0}), NumericsError);
  EXPECT_THROW(dopri5(v, at::zeros({1}), {0.0, 1.0}, {.tolerance = 0}), UsageError);
}

TEST(Solver, IntegratesAVelocityOfTimeAlone) {
  const at::Tensor x_0 = at::tensor({0.0, -1.0}, at::kDouble);
  const Velocity v = [](const at::Tensor& x, double t) { return at::full_like(x, 3 * t * t); };
  for (const Solver& solver : solvers()) {
    if (solver.order == kStochastic) continue;
    const at::Tensor x_1 = solver.solve(v, x_0, uneven_times(400), {});
    const double most = solver.order == 1 ? 1e-2 : predicts_data(solver) ? 1e-3 : 1e-4;
    EXPECT_LT((x_1 - x_0 - 1.0).abs().max().item<double>(), most) << solver.name;
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
    if (solver.evaluations == kAdaptive) {
      EXPECT_EQ(evaluations_of(solver, 7), kAdaptive);
    } else {
      EXPECT_EQ(calls, evaluations_of(solver, 7)) << solver.name;
    }
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
  const std::vector<double> times = uneven_times(200);
  const std::vector<double> back(times.rbegin(), times.rend());
  for (const Solver& solver : solvers()) {
    if (!solver.goes_back) {
      EXPECT_THROW(solver.solve(v, x_0, back, {}), UsageError) << solver.name;
      continue;
    }
    const at::Tensor x_1 = solver.solve(v, x_0, times, {});
    const double bound = solver.order == 1 ? 1e-2 : solver.order == 2 ? 1e-3 : 1e-5;
    EXPECT_TRUE(at::allclose(solver.solve(v, x_1, back, {}), x_0, bound, 0)) << solver.name;
  }
  const at::Tensor x_1 = rk4(v, x_0, times);
  EXPECT_TRUE(at::allclose(rk4(v, x_1, back), x_0, 1e-9, 0));
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
    EXPECT_NE(
        text.find("euler, heun, midpoint, rk4, ab2, ab3, ab4, dopri5, dpm++2m, unipc, ddim, "),
        std::string::npos)
        << text;
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
        kept.step = memory.step;
        for (const at::Tensor& past : memory.past) kept.past.push_back(past.clone());
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
