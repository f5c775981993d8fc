// Diffusion models on the path of path.h. A diffusion model of the variance-preserving kind noises
// data in T steps, n = 0 (data) to T (noise), and predicts the noise x_0 in
//   x^n = sqrt(alpha_bar_n) x_1 + sqrt(1 - alpha_bar_n) x_0        (Ho, Jain & Abbeel, eq. 4).
// Divided by the sum of its two coefficients, x^n is a point x_t of the straight path at
//   t_n = sqrt(alpha_bar_n) / (sqrt(alpha_bar_n) + sqrt(1 - alpha_bar_n)).
// So a noise prediction is a Velocity at other times and another scale, and every solver takes it.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

#include "pipeline/flow/path.h"

namespace flowreel {

// kLinear: beta_n from 1e-4 to 0.02 times 1000/T (Ho, Jain & Abbeel, arXiv 2006.11239, section 4).
// kCosine: alpha_bar_n = f(n)/f(0), f(n) = cos^2(pi/2 (n/T + s)/(1 + s)), s = 0.008, every beta_n
// at most 0.999 (Nichol & Dhariwal, arXiv 2102.09672, eq. 17).
enum class BetaLaw { kLinear, kCosine };

// Which x^n belongs to a step, and where on the straight path it lies.
class BetaSchedule {
 public:
  // `steps` is T, 1 to 100000; UsageError beyond, and where a beta of the linear law would reach 1.
  explicit BetaSchedule(BetaLaw law = BetaLaw::kLinear, int steps = 1000);

  BetaLaw law() const { return law_; }
  int steps() const { return static_cast<int>(alpha_bar_.size()) - 1; }
  // Falls from 1 at n = 0 to nearly 0 at n = T. UsageError outside.
  double alpha_bar(int n) const;
  // t_n above: from nearly 0 at n = T to 1 at n = 0.
  double flow_time(int n) const;
  // The step, not necessarily whole, that lies at t: flow_time's inverse, linear between whole
  // steps. UsageError below flow_time(T), where the model never was, or above 1.
  double step_at(double t) const;

 private:
  BetaLaw law_;
  std::vector<double> alpha_bar_;  // of n = 0 ... T
};

// A network that predicts the noise x_0 in x^n, of the shape of x^n. It is told the time as
// 1 - n/T in [0, 1], 0 being noise, so that one which takes sigma * 1000 = (1 - time) * 1000 for
// its timestep is given n as in the papers (T = 1000).
using NoisePrediction = std::function<at::Tensor(const at::Tensor& x, double time)>;

// v(x, t) = x_1 - x_0 = (x - x_0)/t, x_0 = network((sqrt(alpha_bar) + sqrt(1 - alpha_bar)) x, 1 -
// n/T) at the step n of t. In this field euler is DDIM. Defined for t from flow_time(T), above 0,
// to 1; UsageError elsewhere.
Velocity velocity_from_noise_prediction(NoisePrediction network, BetaSchedule schedule);

// The flow times of `count` + 1 steps evenly from T to 0: the grid that DDIM and DDPM walk. A step
// that would repeat (count > T) is a UsageError, and so is count < 1.
std::vector<double> diffusion_times(const BetaSchedule& schedule, int count);

// The grid of diffusers' DDIMScheduler with timestep_spacing "leading": steps n = 1 + k floor(T /
// count) for k = count-1 ... 0, then 0. It leaves out the last steps, where the cosine law has no
// signal left and a prediction's error would grow a thousandfold. Errors as above.
std::vector<double> leading_diffusion_times(const BetaSchedule& schedule, int count);

// Standard normal noise, taken for x^n at the step n of flow time t (the prior of DDPM is that at n
// = T), as a point x_t of the path.
at::Tensor diffusion_start(const at::Tensor& noise, double t);

// x_1 = (x^n - sqrt(1 - alpha_bar) x_0) / sqrt(alpha_bar), the data that a predicted noise x_0
// implies (Ho et al., eq. 15). alpha_bar in (0, 1].
at::Tensor data_from_noise(const at::Tensor& x_n, const at::Tensor& x_0, double alpha_bar);

// x_0 = (x^n - sqrt(alpha_bar) x_1) / sqrt(1 - alpha_bar), the other way. alpha_bar in [0, 1).
at::Tensor noise_from_data(const at::Tensor& x_n, const at::Tensor& x_1, double alpha_bar);

}  // namespace flowreel
