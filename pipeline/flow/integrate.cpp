#include "pipeline/flow/integrate.h"

#include <ATen/Functions.h>

#include <utility>

#include "errors/error.h"

namespace flowreel {
namespace {

void check_times(const std::vector<double>& times) {
  if (times.empty()) throw UsageError("times is empty, expected at least one time");
  const bool rising = times.size() < 2 || times[1] > times[0];
  for (size_t i = 1; i < times.size(); ++i) {
    if (rising ? times[i] > times[i - 1] : times[i] < times[i - 1]) continue;
    throw UsageError(c10::str("time ", i, " is ", times[i], " after ", times[i - 1],
                              ", expected strictly monotone times"));
  }
}

void check_begin(const SolveOptions& options, size_t steps) {
  if (options.begin >= 0 && static_cast<size_t>(options.begin) <= steps) return;
  throw UsageError(
      c10::str("sampling is asked to begin at step ", options.begin, ", expected 0 to ", steps));
}

}  // namespace

at::Tensor integrate(at::Tensor x, const std::vector<double>& times, const SolveOptions& options,
                     const Step& step) {
  check_times(times);
  check_begin(options, times.size() - 1);
  if (x.scalar_type() != at::kDouble) x = x.to(at::kFloat);
  for (size_t i = static_cast<size_t>(options.begin); i + 1 < times.size(); ++i) {
    const int n = static_cast<int>(i);
    x = step(n, x, times[i], times[i + 1] - times[i]);
    if (options.after_step) x = options.after_step(n, times[i + 1], std::move(x));
  }
  return x;
}

at::Tensor evaluate(const Velocity& velocity, const at::Tensor& x, double t) {
  at::Tensor v = velocity(x, t);
  if (v.sizes() != x.sizes()) {
    throw NumericsError(c10::str("the velocity at t = ", t, " has shape ", v.sizes(),
                                 ", expected that of the state, ", x.sizes()));
  }
  return v.to(x.scalar_type());
}

at::Tensor scaled(const at::Tensor& v, double h) {
  return at::mul(v, v.scalar_type() == at::kDouble ? h : static_cast<float>(h));
}

at::Tensor advance(const at::Tensor& x, const at::Tensor& v, double h) {
  return at::add(x, scaled(v, h));
}

SolverMemory& memory_of(const SolveOptions& options, SolverMemory& own) {
  SolverMemory& memory = options.memory != nullptr ? *options.memory : own;
  if (options.begin == 0) memory = {};
  return memory;
}

void remember(SolverMemory& memory, at::Tensor newest, size_t most) {
  memory.past.insert(memory.past.begin(), std::move(newest));
  if (memory.past.size() > most) memory.past.resize(most);
}

void check_rises_to_data(const char* solver, const std::vector<double>& times) {
  for (size_t i = 0; i + 1 < times.size(); ++i) {
    if (times[i + 1] > times[i] && times[i] >= 0 && times[i + 1] <= 1) continue;
    throw UsageError(c10::str(solver, " is asked to step from t = ", times[i], " to ", times[i + 1],
                              ", expected to rise within 0 and 1"));
  }
}

}  // namespace flowreel
