// Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC
// 2011).
#pragma once

#include <array>
#include <cstdint>

namespace flowreel {

using PhiloxCounter = std::array<uint32_t, 4>;
using PhiloxKey = std::array<uint32_t, 2>;

// Four random words for a counter under a key; a pure function, the same as at::philox_engine's and
// Random123's.
PhiloxCounter philox_block(PhiloxCounter counter, PhiloxKey key);

}  // namespace flowreel
