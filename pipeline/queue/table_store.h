// The verbs of JobStore, over any table.
#pragma once

#include <memory>

#include "pipeline/queue/job_table.h"
#include "pipeline/queue/store.h"

namespace flowreel {

std::unique_ptr<JobStore> make_table_store(std::unique_ptr<JobDatabase> database,
                                           const RetryPolicy& policy);

}  // namespace flowreel
