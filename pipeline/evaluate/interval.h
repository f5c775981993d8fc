// How well a share is known from a count.
#pragma once

#include <cstdint>

namespace flowreel {

struct Interval {
  double low = 0, high = 1;
};

// Wilson's score interval of 95 % for `right` successes of `of` trials (Wilson 1927; z = 1.96).
// [0,1] for no trials. UsageError unless 0 <= right <= of.
Interval wilson_interval(int64_t right, int64_t of);

}  // namespace flowreel
