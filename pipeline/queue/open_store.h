// A store by its name.
#pragma once

#include <memory>
#include <string>

#include "pipeline/queue/store.h"

namespace flowreel {

// "sqlite:PATH" is a file on a local disk, for workers of one machine; "postgresql://..." or
// "postgres://..." a database, by libpq's rules for URIs. UsageError: another kind of name;
// ConfigError: this build or this file system cannot have the store, or a newer flowreel made it;
// MissingInputError: it does not exist and mode is kMustExist; else the errors of JobStore.
std::unique_ptr<JobStore> open_store(const std::string& name, const StoreOptions& options = {});

}  // namespace flowreel
