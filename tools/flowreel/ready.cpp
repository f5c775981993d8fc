#include "tools/flowreel/ready.h"

#include <poll.h>

#include <cerrno>

namespace flowreel {

bool takes_a_line(int fd, int patience_ms) {
  pollfd ready = {fd, POLLOUT, 0};
  int n = 0;
  do {
    n = ::poll(&ready, 1, patience_ms);
  } while (n < 0 && errno == EINTR);
  return n != 0;  // a stream that is closed, or cannot be waited for, fails at once
}

}  // namespace flowreel
