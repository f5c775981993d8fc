// A configuration file that was read: the plan of a run, and what no plan knows.
#pragma once

#include <cstdint>
#include <string>

namespace flowreel {

template <typename Plan>
struct RunConfig {
  Plan plan;
  std::string device = "auto";  // auto | cpu | cuda | cuda:N
  int64_t threads = 0;          // 0: one per core
  std::string effective;        // the whole configuration, with overrides, as JSON
};

}  // namespace flowreel
