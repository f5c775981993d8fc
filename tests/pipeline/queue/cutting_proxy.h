// A wire between a client and the PostgreSQL server that a test can cut.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "files/file.h"
#include "tests/scratch_folder.h"

namespace flowreel::testing {

enum class Cut {
  kBefore,  // the server never sees the statement
  kAfter,   // the server has carried it out, the client never hears so
};

// Listens on a Unix socket in a folder of its own and passes everything on, until it is told of a
// statement to cut at.
class CuttingProxy {
 public:
  explicit CuttingProxy(const std::string& server_socket_folder);
  ~CuttingProxy();
  CuttingProxy(const CuttingProxy&) = delete;
  CuttingProxy& operator=(const CuttingProxy&) = delete;

  const std::string& socket_folder() const { return folder_.path(); }
  // Cuts the connection that next sends this text, once.
  void cut_at(const std::string& text, Cut cut);
  // While it is partitioned, connections that are there are cut and new ones end at once.
  void partition(bool on) { partitioned_ = on; }
  int cuts() const { return cuts_; }

 private:
  struct Wire {
    Fd client, server;
    bool silent = false;  // passes no more answers to the client
  };
  void run();
  void accept();
  bool pass_to_server(Wire& wire);  // false: the wire has ended
  bool pass_to_client(Wire& wire);

  const ScratchFolder folder_;
  const std::string server_;
  Fd listener_;
  std::vector<Wire> wires_;
  std::mutex mutex_;
  std::string cut_at_;
  Cut cut_ = Cut::kBefore;
  std::atomic<int> cuts_ = 0;
  std::atomic<bool> partitioned_ = false, stopping_ = false;
  std::thread thread_;
};

}  // namespace flowreel::testing
