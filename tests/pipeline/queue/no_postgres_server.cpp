#include <cstdlib>
#include <stdexcept>

#include "tests/pipeline/queue/postgres_server.h"

namespace flowreel::testing {

std::string why_no_postgres() { return "this build has no PostgreSQL queue"; }
bool postgres_is_required() { return std::getenv("FLOWREEL_REQUIRE_POSTGRES") != nullptr; }

PostgresServer& PostgresServer::instance() { throw std::runtime_error(why_no_postgres()); }
PostgresServer::~PostgresServer() = default;
std::string PostgresServer::fresh_queue() { return ""; }

}  // namespace flowreel::testing
