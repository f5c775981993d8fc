// Whether a run fits into memory, told from configurations before anything is loaded.
#pragma once

#include <string>
#include <vector>

#include "pipeline/generate/manifest.h"
#include "pipeline/generate/memory.h"

namespace flowreel {

// What one stage holds at its peak, bytes.
struct StageNeed {
  std::string stage;     // as in Progress
  uint64_t weights = 0;  // in the compute type
  uint64_t work = 0;     // everything else
};

// The stages of a run whose compute plan, size and tiling are decided. Components are loaded one
// after another, so a run needs what its largest stage needs.
std::vector<StageNeed> stage_needs(const ModelDirectory& model, const GenerateOptions& options,
                                   const RunRecord& record);
std::vector<StageNeed> stage_needs(const ModelDirectory& model, const ReconstructOptions& options,
                                   const RunRecord& record);

// Peak of a whole run, bytes: of its largest stage, and on the CPU of the program with its
// libraries.
uint64_t run_bytes(const std::vector<StageNeed>& needs, at::Device device);

// Whether all weights of a run together with its largest stage take no more than half of the memory
// that can be had; false when that is not known.
bool fits_whole(const std::vector<StageNeed>& needs, at::Device device);

// MemoryError, with the numbers, when a run needs more than the budget of the options or, without
// one, than the device can give. Passes when that is not known.
void check_memory(const std::vector<StageNeed>& needs, const ComputeOptions& options,
                  at::Device device);

}  // namespace flowreel
