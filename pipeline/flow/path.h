// The path between noise and data, and the one place that explains time.
//
//   t runs 0 -> 1 from noise x_0 to data x_1:   x_t = (1 - t) x_0 + t x_1,   v = dx_t/dt = x_1 -
//   x_0.
//
// Networks of the HunyuanVideo class speak sigma = 1 - t (1 is pure noise), take sigma * 1000 as
// their "timestep" and predict noise - data = -v. velocity_from_noise_minus_data() turns such a
// network into a Velocity; nothing else flips that sign.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>

namespace flowreel {

// dx/dt at state x and time t in [0, 1]; the result has the shape of x. Solvers integrate it,
// guidance and step caches wrap it, training learns it, tests replace it with a closed form.
using Velocity = std::function<at::Tensor(const at::Tensor& x, double t)>;

// A network that predicts noise - data at noise level sigma in [0, 1].
using NoiseMinusData = std::function<at::Tensor(const at::Tensor& x, double sigma)>;

// x_t = (1 - t) x_0 + t x_1. In float32 the weights are sigma = float32(1 - t) and float32(1 -
// sigma), each product rounded before the sum: the same bits as diffusers' scale_noise.
at::Tensor interpolate(const at::Tensor& x_0, const at::Tensor& x_1, double t);

// The same with one time per sample: t is [B] and x_0, x_1 are [B, ...].
at::Tensor interpolate(const at::Tensor& x_0, const at::Tensor& x_1, const at::Tensor& t);

// v = x_1 - x_0, what training regresses on.
at::Tensor velocity_target(const at::Tensor& x_0, const at::Tensor& x_1);

// x_1 = x_t + (1 - t) v: where a straight line from x_t ends.
at::Tensor data_from_velocity(const at::Tensor& x_t, const at::Tensor& v, double t);

// x_0 = x_t - t v: where that line began.
at::Tensor noise_from_velocity(const at::Tensor& x_t, const at::Tensor& v, double t);

// The number a network is given for noise level sigma: float32(sigma) * 1000, rounded to float32,
// as diffusers' FlowMatchEulerDiscreteScheduler with num_train_timesteps = 1000.
float timestep_of_sigma(double sigma);

// v(x, t) = -network(x, 1 - t).
Velocity velocity_from_noise_minus_data(NoiseMinusData network);

}  // namespace flowreel
