// How often training visits each time: the density of t.
#pragma once

#include <ATen/core/Tensor.h>

#include "pipeline/train/draw.h"

namespace flowreel {

// kLogitNormal: logit(sigma) ~ N(mean, std^2) of the noise level sigma = 1 - t (Esser et al.,
// arXiv 2403.03206, eq. 19), so a mean above 0 visits noise more often, as in that paper.
enum class TimeLaw { kUniform, kLogitNormal };

struct TimeDensity {
  TimeLaw law = TimeLaw::kUniform;
  double mean = 0.0;  // of logit(sigma); not read when uniform
  double std = 1.0;   // > 0; not read when uniform
  // > 0: what was drawn is then moved by the sampler's flow shift (ScheduleOptions::shift), sigma
  // becoming shift sigma / (1 + (shift - 1) sigma), so that training is as dense in t as the
  // sampler's steps are.
  double shift = 1.0;
};

// Throws UsageError naming the number that is out of range.
void check_time_density(const TimeDensity& density);

// Times t [batch] float32 in [0, 1], on the CPU, from the draw's Use::kTime.
at::Tensor draw_times(int64_t batch, const TimeDensity& density, const Draw& draw);

}  // namespace flowreel
