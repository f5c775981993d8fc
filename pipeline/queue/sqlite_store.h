// The queue of one machine: a file.
#pragma once

#include <memory>
#include <string>

#include "pipeline/queue/sqlite_file.h"
#include "pipeline/queue/store.h"

namespace flowreel {

// In WAL mode with synchronous = FULL: what a call has written survives the loss of power. Leases
// go by the clock since boot, so that setting the wall clock neither ends nor prolongs them, and
// end with a reboot; delays go by the wall clock. open_store.h tells the errors.
std::unique_ptr<JobStore> make_sqlite_store(const std::string& path,
                                            const StoreOptions& options = {},
                                            const FileSystemOf& file_system = file_system_of);

}  // namespace flowreel
