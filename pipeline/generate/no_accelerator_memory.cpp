// For a LibTorch that does not tell how much memory of a device is free.
#include "pipeline/generate/available_memory.h"

namespace flowreel {

std::optional<uint64_t> available_accelerator_bytes(c10::Device) { return std::nullopt; }

}  // namespace flowreel
