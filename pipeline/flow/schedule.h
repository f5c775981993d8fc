// The times at which a sampler evaluates the velocity: the flow-match schedule of
// diffusers' FlowMatchEulerDiscreteScheduler, on the path its pipelines take (explicit sigmas).
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

namespace flowreel {

// Of the levels before the shift, s_i for step i of n: 1 - i/n, or 1 - (i/n)^2, which is denser at
// the noise.
enum class TimeGrid { kUniform, kQuadratic };

enum class DynamicShift { kExponential, kLinear };

struct ScheduleOptions {
  int steps = 50;                                           // >= 1; not read when sigmas are given
  TimeGrid grid = TimeGrid::kUniform;                       // likewise
  double shift = 1.0;                                       // > 0; not read when dynamic
  bool dynamic = false;                                     // shift by mu instead of by shift
  DynamicShift dynamic_shift = DynamicShift::kExponential;  // time_shift_type
  double mu = std::numeric_limits<double>::quiet_NaN();     // must be set when dynamic
  double shift_terminal = 0.0;                              // in [0, 1): the last sigma; 0 is off
  // Replaces the grid when not empty: strictly falling, in (0, 1], without
  // the final 0, before the shift (as in diffusers, the shift applies to these too).
  std::vector<double> sigmas = {};
};

// mu of dynamic shifting for a sequence of image_seq_len tokens: the line through
// (base_seq_len, base_shift) and (max_seq_len, max_shift), as diffusers' calculate_shift.
struct DynamicShiftRange {
  int64_t base_seq_len = 256;
  int64_t max_seq_len = 4096;
  double base_shift = 0.5;
  double max_shift = 1.15;
};
double dynamic_shift_mu(int64_t image_seq_len, const DynamicShiftRange& range = {});

// Times t_0 < t_1 < ... < t_n = 1 of n steps. 1 - t_i is exactly the float32 sigma of diffusers:
//   s_i = float32(1 - i/n) on the uniform grid, then in float32 sigma = shift s / (1 + (shift - 1)
//   s) or, when dynamic, sigma = e / (e + (1/s - 1)) with e = exp(mu) (exponential) or mu (linear),
//   then, with z = 1 - sigma, sigma = 1 - z / (z_last / (1 - shift_terminal)) if shift_terminal is
//   set.
// Throws UsageError when a number is out of range or the sigmas do not fall strictly.
std::vector<double> schedule_times(const ScheduleOptions& options);

// The end of a schedule, for a start from data: the first int(n - n * strength) of its n steps are
// left out (the rule of diffusers' flow-match image-to-image pipelines). Begin with
// interpolate(noise, data, times[0]). strength in [0, 1]: 1 keeps all steps, 0 leaves {1}, no step
// at all.
std::vector<double> times_from_strength(const std::vector<double>& times, double strength);

}  // namespace flowreel
