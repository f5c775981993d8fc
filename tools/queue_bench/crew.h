// Processes that do the same at the same time, and how often they did it.
#pragma once

#include <cstdint>
#include <functional>

namespace flowreel {

// One after the other until it says that there is nothing more to do.
using Call = std::function<bool()>;

struct Pace {
  int64_t calls = 0;   // that did something
  double seconds = 0;  // from the first begin to the last end
};

// prepare(i) runs in process i before the clock starts and gives what that process then calls,
// until `seconds` have passed or the call says false. std::runtime_error: one of them failed.
Pace run_crew(int processes, double seconds, const std::function<Call(int)>& prepare);

}  // namespace flowreel
