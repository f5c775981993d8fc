// For a LibTorch whose device allocators tell how much memory is free.
#include <c10/core/CachingDeviceAllocator.h>

#include "pipeline/generate/available_memory.h"

namespace flowreel {

std::optional<uint64_t> available_accelerator_bytes(c10::Device device) {
  const c10::DeviceIndex index = device.has_index() ? device.index() : c10::DeviceIndex{0};
  try {
    return c10::getDeviceAllocator(device.type())->getMemoryInfo(index).first;
  } catch (const c10::Error&) {
    return std::nullopt;  // an allocator that does not implement it
  }
}

}  // namespace flowreel
