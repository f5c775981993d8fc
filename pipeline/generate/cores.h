// How many cores of the machine a run may keep busy, apart from how many threads it computes with.
#pragma once

namespace flowreel {

// Keeps every thread of this process, and those to come, on `count` of the cores that the process
// was given when it began; 0, or more than there are: on all of them. Which ones differs from
// process to process, so that several share a machine. Where the system forbids it, nothing
// happens: no bit of a result depends on it.
void use_cores(int count);

// Cores that the process was given when it began.
int core_count();

}  // namespace flowreel
