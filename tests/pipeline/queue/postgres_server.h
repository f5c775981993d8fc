// A PostgreSQL server for the length of a test program: its own data, a socket in its own folder.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

namespace flowreel::testing {

// Why there can be no server, or nothing. Where the environment says FLOWREEL_REQUIRE_POSTGRES=1 a
// missing server is to fail the tests, not skip them.
std::string why_no_postgres();
bool postgres_is_required();

class PostgresServer {
 public:
  static PostgresServer& instance();  // started by the first call, stopped with the program
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  // The URI of an empty schema, over the server's socket or over another socket in a folder.
  std::string fresh_queue();
  std::string uri(const std::string& schema, const std::string& socket_folder) const;
  const std::string& socket_folder() const { return folder_; }
  static constexpr int kPort = 5432;  // names the socket; nothing listens on the network

  void stop(int signal);  // SIGINT: orderly; SIGQUIT: as in a crash
  void start();

 private:
  PostgresServer();
  std::string folder_;
  pid_t server_ = -1;
  int schemas_ = 0;
};

}  // namespace flowreel::testing
