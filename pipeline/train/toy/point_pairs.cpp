#include "pipeline/train/toy/point_pairs.h"

#include <ATen/ATen.h>

#include "pipeline/flow/noise.h"
#include "pipeline/flow/schedule.h"
#include "pipeline/flow/solver.h"

namespace flowreel {

PointPairs carried_points(const Velocity& velocity, int64_t count, int steps, uint64_t seed) {
  const at::Tensor noise = philox_normal({count, 2}, seed, substream(Stream::kPairs, 0));
  return {noise, euler(velocity, noise, schedule_times({.steps = steps}))};
}

PointBatches batches_of(PointPairs pairs, int64_t batch) {
  return [pairs = std::move(pairs), batch](const Draw& draw) {
    const at::Tensor row = draw.uniform({batch}, Use::kData) * pairs.data.size(0);
    const at::Tensor rows = row.to(at::kLong);
    return Batch{pairs.data.index_select(0, rows), {}, pairs.noise.index_select(0, rows)};
  };
}

}  // namespace flowreel
