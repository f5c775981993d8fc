// What a worker's child does to itself before it works.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace flowreel {

// Dies with the thread of `parent` that started this process, is the first that the kernel ends
// when memory is short, and may hold that many bytes of data, beyond which allocations fail; 0: any
// number. UnavailableError when the parent has gone already.
void become_child(pid_t parent, uint64_t memory_bytes);

}  // namespace flowreel
