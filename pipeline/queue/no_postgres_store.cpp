#include "errors/error.h"
#include "pipeline/queue/postgres_store.h"

namespace flowreel {

std::unique_ptr<JobStore> make_postgres_store(const std::string&, const StoreOptions&) {
  throw ConfigError(
      "this flowreel was built without PostgreSQL; expected a queue sqlite:PATH, or a build with "
      "libpq (package libpq-dev)");
}

}  // namespace flowreel
