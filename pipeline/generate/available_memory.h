// How much memory a device can still give this process.
#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <optional>
#include <string>

namespace flowreel {

// Where the kernel tells it.
struct MemoryFiles {
  std::string meminfo = "/proc/meminfo";
  std::string own_cgroups = "/proc/self/cgroup";
  std::string cgroups = "/sys/fs/cgroup";  // where control groups are mounted
};

// Bytes of main memory: what the machine has available, and no more than what is left under any
// limit (memory.max, memory.high; memory.limit_in_bytes of version 1) of the control group of this
// process and of those around it. What a group's page cache can give back counts as left. Nothing
// when it cannot be told.
std::optional<uint64_t> available_host_bytes(const MemoryFiles& files = {});

// Bytes that are free on an accelerator; nothing when this LibTorch does not tell.
std::optional<uint64_t> available_accelerator_bytes(c10::Device device);

// The one of the two that fits the device.
std::optional<uint64_t> available_bytes(c10::Device device);

}  // namespace flowreel
