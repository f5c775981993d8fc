// A queue that lives as long as its process: for tests, and to say what the others must do.
#pragma once

#include <memory>

#include "pipeline/queue/store.h"

namespace flowreel {

std::unique_ptr<JobStore> make_memory_store(const StoreOptions& options = {});

}  // namespace flowreel
