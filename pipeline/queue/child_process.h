// A program of ours as a child that may crash, hang or grow without harm to its parent.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "files/file.h"

namespace flowreel {

struct ChildOptions {
  std::vector<std::string> command;      // path and arguments; found as execvp() finds it
  std::vector<std::string> environment;  // "NAME=value", over the parent's
};

// How a child ended.
struct ChildEnd {
  int exit_code = 0;
  int signal = 0;  // that ended it; 0: it exited
};

// Leads a session of its own and talks in lines over its stdin and stdout; its stderr is ours.
// child_self.h is what it does for its part.
class ChildProcess {
 public:
  // UnavailableError when it cannot be started.
  explicit ChildProcess(const ChildOptions& options);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();  // kills it and all that it started

  pid_t pid() const { return pid_; }

  // False when it does not listen any more.
  bool write_line(const std::string& line);

  enum class Read { kLine, kNothing, kClosed };
  // The next line without its end; kNothing when none is whole within the time; kClosed when there
  // will be no more. Lines beyond 1 MiB are cut.
  Read read_line(std::string& line, int timeout_ms);

  void signal(int number);  // to it and all that it started

  // Asks it to end by TERM, also when it is stopped; after that time it is killed. How it ended.
  ChildEnd end(int patience_ms);

  // How it ended, when it has within the time.
  std::optional<ChildEnd> wait(int timeout_ms);

 private:
  std::optional<std::string> take_line();

  pid_t pid_ = -1;
  Fd to_child_, from_child_;
  std::string unread_;
  std::optional<ChildEnd> end_;
};

}  // namespace flowreel
