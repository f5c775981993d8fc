#include "tests/pipeline/queue/cutting_proxy.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>
#include <utility>

#include "tests/pipeline/queue/postgres_server.h"

namespace flowreel::testing {
namespace {

sockaddr_un address_in(const std::string& folder) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = folder + "/.s.PGSQL." + std::to_string(PostgresServer::kPort);
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  return address;
}

Fd unix_socket() { return Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)); }

bool send_all(int fd, const char* data, ssize_t bytes) {
  while (bytes > 0) {
    const ssize_t sent = ::send(fd, data, static_cast<size_t>(bytes), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    data += sent;
    bytes -= sent;
  }
  return true;
}

}  // namespace

CuttingProxy::CuttingProxy(const std::string& server_socket_folder)
    : server_(server_socket_folder), listener_(unix_socket()) {
  const sockaddr_un address = address_in(folder_.path());
  if (::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_.get(), 8) != 0) {
    throw std::runtime_error("the proxy cannot listen");
  }
  thread_ = std::thread([this] { run(); });
}

CuttingProxy::~CuttingProxy() {
  stopping_ = true;
  thread_.join();
}

void CuttingProxy::cut_at(const std::string& text, Cut cut) {
  const std::lock_guard lock(mutex_);
  cut_at_ = text;
  cut_ = cut;
}

void CuttingProxy::run() {
  while (!stopping_) {
    std::vector<pollfd> waiting = {{listener_.get(), POLLIN, 0}};
    for (const Wire& wire : wires_) {
      waiting.push_back({wire.client.get(), POLLIN, 0});
      waiting.push_back({wire.server.get(), POLLIN, 0});
    }
    ::poll(waiting.data(), waiting.size(), 10);
    std::vector<Wire> left;
    for (size_t i = 0; i < wires_.size(); ++i) {
      bool goes_on = !partitioned_;
      if (goes_on && waiting[2 * i + 1].revents != 0) goes_on = pass_to_server(wires_[i]);
      if (goes_on && waiting[2 * i + 2].revents != 0) goes_on = pass_to_client(wires_[i]);
      if (goes_on) left.push_back(std::move(wires_[i]));
    }
    wires_ = std::move(left);
    if (waiting[0].revents != 0) accept();
  }
}

void CuttingProxy::accept() {
  Wire wire{Fd(::accept(listener_.get(), nullptr, nullptr)), unix_socket()};
  const sockaddr_un address = address_in(server_);
  const bool reached = ::connect(wire.server.get(), reinterpret_cast<const sockaddr*>(&address),
                                 sizeof address) == 0;
  if (reached && !partitioned_) wires_.push_back(std::move(wire));
}

bool CuttingProxy::pass_to_server(Wire& wire) {
  char data[16384];
  const ssize_t bytes = ::recv(wire.client.get(), data, sizeof data, 0);
  if (bytes <= 0) return false;
  const std::lock_guard lock(mutex_);
  const std::string text(data, static_cast<size_t>(bytes));
  if (!cut_at_.empty() && text.find(cut_at_) != std::string::npos) {
    cut_at_.clear();
    ++cuts_;
    if (cut_ == Cut::kBefore) return false;
    wire.silent = true;
  }
  return send_all(wire.server.get(), data, bytes);
}

bool CuttingProxy::pass_to_client(Wire& wire) {
  char data[16384];
  const ssize_t bytes = ::recv(wire.server.get(), data, sizeof data, 0);
  // The server answers a statement when it has carried it out.
  return bytes > 0 && !wire.silent && send_all(wire.client.get(), data, bytes);
}

}  // namespace flowreel::testing
