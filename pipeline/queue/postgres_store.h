// The queue of several machines: a PostgreSQL database.
#pragma once

#include <memory>
#include <string>

#include "pipeline/queue/store.h"

namespace flowreel {

// Its tables, flowreel_jobs and flowreel_history, are in the first schema of the search path.
// Leases and delays go by the database's clock alone. A call that meets a conflict begins again;
// one that loses its connection does so once, and so does what the server had done all the same: a
// key keeps a second submit() from making a second job, and claim() finds the claim it made.
// open_store.h tells the errors. In a build without libpq this throws ConfigError.
std::unique_ptr<JobStore> make_postgres_store(const std::string& uri,
                                              const StoreOptions& options = {});

}  // namespace flowreel
