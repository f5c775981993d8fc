#include "tools/flowreel/stop_signal.h"

#include <unistd.h>

#include <csignal>

#include "files/temporary.h"

namespace flowreel {
namespace {

volatile std::sig_atomic_t received = 0;

void on_signal(int signal) {
  // Outputs that are being put in place are so in no time, and the run is then over.
  if (received != 0 && remove_temporaries()) _exit(128 + signal);
  received = signal;
}

}  // namespace

void install_stop_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

int stop_signal() { return received; }

}  // namespace flowreel
