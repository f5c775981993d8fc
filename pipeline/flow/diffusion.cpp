#include "pipeline/flow/diffusion.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "errors/error.h"

namespace flowreel {
namespace {

constexpr int kMaxSteps = 100000;
constexpr double kPi = 3.14159265358979323846;

// beta_n of n = 1 ... T. Ho et al. state theirs for T = 1000; with another T the same noise is
// spread over it.
double linear_beta(int n, int steps) {
  const double first = 1e-4 * 1000 / steps, last = 0.02 * 1000 / steps;
  return steps == 1 ? last : first + (last - first) * (n - 1) / (steps - 1);
}

double cosine_beta(int n, int steps) {
  const auto f = [steps](double step) {
    const double c = std::cos(kPi / 2 * (step / steps + 0.008) / 1.008);
    return c * c;
  };
  return std::min(1 - f(n) / f(n - 1), 0.999);
}

double signal(double alpha_bar) { return std::sqrt(alpha_bar); }
double noise(double alpha_bar) { return std::sqrt(1 - alpha_bar); }

void check_count(const BetaSchedule& schedule, int count) {
  if (count >= 1 && count <= schedule.steps()) return;
  throw UsageError(c10::str("number of diffusion steps to walk is ", count, ", expected 1 to ",
                            schedule.steps()));
}

// How much longer x^n is than the point x_t of the straight path.
double scale_at(double t) { return 1 / std::sqrt(t * t + (1 - t) * (1 - t)); }

}  // namespace

BetaSchedule::BetaSchedule(BetaLaw law, int steps) : law_(law), alpha_bar_{1.0} {
  if (steps < 1 || steps > kMaxSteps) {
    throw UsageError(
        c10::str("steps of the beta schedule is ", steps, ", expected 1 to ", kMaxSteps));
  }
  for (int n = 1; n <= steps; ++n) {
    const double beta = law == BetaLaw::kLinear ? linear_beta(n, steps) : cosine_beta(n, steps);
    if (!(beta < 1)) {
      throw UsageError(c10::str("a linear beta schedule of ", steps, " steps has beta ", beta,
                                ", expected below 1: use more than 20 steps"));
    }
    alpha_bar_.push_back(alpha_bar_.back() * (1 - beta));
  }
}

double BetaSchedule::alpha_bar(int n) const {
  if (n >= 0 && n <= steps()) return alpha_bar_[n];
  throw UsageError(c10::str("diffusion step is ", n, ", expected 0 to ", steps()));
}

double BetaSchedule::flow_time(int n) const {
  const double a = alpha_bar(n);
  return signal(a) / (signal(a) + noise(a));
}

double BetaSchedule::step_at(double t) const {
  if (!(t >= flow_time(steps()) && t <= 1)) {
    throw UsageError(c10::str("time of a noise prediction is ", t, ", expected ",
                              flow_time(steps()), " (step ", steps(), ") to 1"));
  }
  // flow_time falls with n: the invariant is flow_time(low) >= t >= flow_time(high).
  int low = 0, high = steps();
  while (high - low > 1) {
    const int middle = (low + high) / 2;
    (flow_time(middle) >= t ? low : high) = middle;
  }
  const double above = flow_time(low), below = flow_time(high);
  return low + (above - t) / (above - below);
}

Velocity velocity_from_noise_prediction(NoisePrediction network, BetaSchedule schedule) {
  return [network = std::move(network), schedule = std::move(schedule)](const at::Tensor& x,
                                                                        double t) {
    const double time = 1 - schedule.step_at(t) / schedule.steps();
    const at::Tensor x_0 = network(at::mul(x, scale_at(t)), time);
    return at::div(at::sub(x, x_0), t);
  };
}

std::vector<double> diffusion_times(const BetaSchedule& schedule, int count) {
  check_count(schedule, count);
  std::vector<double> times;
  for (int64_t i = count; i >= 0; --i) {
    const double n = std::round(static_cast<double>(i) * schedule.steps() / count);
    times.push_back(schedule.flow_time(static_cast<int>(n)));
  }
  return times;
}

std::vector<double> leading_diffusion_times(const BetaSchedule& schedule, int count) {
  check_count(schedule, count);
  const int stride = schedule.steps() / count;
  std::vector<double> times;
  for (int k = count - 1; k >= 0; --k) times.push_back(schedule.flow_time(1 + k * stride));
  times.push_back(1);
  return times;
}

at::Tensor diffusion_start(const at::Tensor& x_n, double t) { return at::div(x_n, scale_at(t)); }

at::Tensor data_from_noise(const at::Tensor& x_n, const at::Tensor& x_0, double alpha_bar) {
  return at::div(at::sub(x_n, at::mul(x_0, noise(alpha_bar))), signal(alpha_bar));
}

at::Tensor noise_from_data(const at::Tensor& x_n, const at::Tensor& x_1, double alpha_bar) {
  return at::div(at::sub(x_n, at::mul(x_1, signal(alpha_bar))), noise(alpha_bar));
}

}  // namespace flowreel
