#include "tests/pipeline/queue/postgres_server.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>
#include <vector>

#include "pipeline/queue/postgres_connection.h"
#include "tests/scratch_folder.h"

namespace flowreel::testing {
namespace {

namespace fs = std::filesystem;

// The folder of initdb and postgres, which Debian keeps out of PATH; empty when there is none.
std::string find_binaries() {
  std::vector<fs::path> folders;
  std::error_code ignored;
  for (const auto& version : fs::directory_iterator("/usr/lib/postgresql", ignored))
    folders.push_back(version.path() / "bin");
  std::sort(folders.rbegin(), folders.rend());
  for (const char* usual : {"/usr/local/pgsql/bin", "/usr/local/bin", "/usr/bin"})
    folders.emplace_back(usual);
  for (const fs::path& folder : folders) {
    if (fs::exists(folder / "initdb") && fs::exists(folder / "postgres")) return folder.string();
  }
  return "";
}

// PostgreSQL refuses to run as root.
const passwd* unprivileged_user() {
  for (const char* name : {"postgres", "nobody"}) {
    if (const passwd* user = ::getpwnam(name)) return user;
  }
  return nullptr;
}

// Starts a program, as another user when this one is root. It ends with this program at the latest.
pid_t spawn(const std::vector<std::string>& command, const std::string& log) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const passwd* user = ::geteuid() == 0 ? unprivileged_user() : nullptr;
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child != 0) return child;
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
  ::dup2(out, 1);
  ::dup2(out, 2);
  if (user != nullptr) {
    const bool changed =
        ::setgroups(0, nullptr) == 0 && ::setgid(user->pw_gid) == 0 && ::setuid(user->pw_uid) == 0;
    if (!changed) ::_exit(125);
  }
  ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
  if (::getppid() != parent) ::_exit(125);
  ::execv(arguments[0], arguments.data());
  ::_exit(126);
}

std::string text_of(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

std::string why_no_postgres() {
  return find_binaries().empty() ? "no PostgreSQL server is installed (package postgresql)" : "";
}

bool postgres_is_required() {
  const char* value = std::getenv("FLOWREEL_REQUIRE_POSTGRES");
  return value != nullptr && std::string(value) == "1";
}

PostgresServer& PostgresServer::instance() {
  static PostgresServer server;
  return server;
}

PostgresServer::PostgresServer() {
  std::string name = (fs::temp_directory_path() / "flowreel-pg-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for PostgreSQL");
  folder_ = name;
  if (::geteuid() == 0) {
    const passwd* user = unprivileged_user();
    if (user == nullptr || ::chown(folder_.c_str(), user->pw_uid, user->pw_gid) != 0)
      throw std::runtime_error("PostgreSQL cannot run as root, and there is no other user");
    ::chmod(folder_.c_str(), 0755);
  }
  const std::string log =
      (fs::temp_directory_path() / (fs::path(folder_).filename().string() + ".initdb.log"))
          .string();
  const pid_t made = spawn({find_binaries() + "/initdb", "-D", folder_ + "/data", "-U", "flowreel",
                            "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"},
                           log);
  int status = 0;
  ::waitpid(made, &status, 0);
  const std::string said = text_of(log);
  fs::remove(log);
  if (status != 0) throw std::runtime_error("initdb failed: " + said);
  start();
}

PostgresServer::~PostgresServer() {
  stop(SIGQUIT);
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void PostgresServer::start() {
  // Nothing here outlives the test, so nothing needs to reach the disk.
  server_ = spawn({find_binaries() + "/postgres", "-D", folder_ + "/data", "-k", folder_, "-p",
                   std::to_string(kPort), "-c", "listen_addresses=", "-c", "fsync=off", "-c",
                   "shared_buffers=16MB", "-c", "max_connections=60", "-c", "autovacuum=off"},
                  folder_ + "/data/server.log");
  for (int i = 0; i < 600; ++i) {
    try {
      PostgresConnection(uri("public", folder_), {});
      return;
    } catch (const UnavailableError&) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }
  throw std::runtime_error("PostgreSQL did not start: " + text_of(folder_ + "/data/server.log"));
}

void PostgresServer::stop(int signal) {
  if (server_ < 0) return;
  ::kill(server_, signal);
  ::waitpid(server_, nullptr, 0);
  server_ = -1;
}

std::string PostgresServer::uri(const std::string& schema, const std::string& socket_folder) const {
  return "postgresql://flowreel@/postgres?host=" + socket_folder +
         "&port=" + std::to_string(kPort) + "&options=-csearch_path%3D" + schema;
}

std::string PostgresServer::fresh_queue() {
  const std::string schema = "test" + std::to_string(++schemas_);
  PostgresConnection(uri("public", folder_), {}).run("CREATE SCHEMA " + schema);
  return uri(schema, folder_);
}

}  // namespace flowreel::testing
