#include "pipeline/queue/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <thread>
#include <utility>

#include "errors/error.h"
#include "errors/quote.h"

namespace flowreel {
namespace {

constexpr size_t kLongestLine = 1 << 20;

// Not a pipe: a write to one whose reader has gone would end this process by SIGPIPE.
void socket_of(Fd& out, Fd& in) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    throw UnavailableError("no socket for a child process: " + errno_text(errno));
  out = Fd(ends[0]);
  in = Fd(ends[1]);
}

void pipe_of(Fd& out, Fd& in) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    throw UnavailableError("no pipe for a child process: " + errno_text(errno));
  out = Fd(ends[0]);
  in = Fd(ends[1]);
}

// The parent's variables with those of the child over them.
std::vector<std::string> environment_with(const std::vector<std::string>& over) {
  std::vector<std::string> variables = over;
  for (char** one = environ; *one != nullptr; ++one) {
    const std::string variable = *one;
    const std::string name = variable.substr(0, variable.find('=') + 1);
    const bool is_set = std::any_of(over.begin(), over.end(), [&](const std::string& other) {
      return other.rfind(name, 0) == 0;
    });
    if (!is_set) variables.push_back(variable);
  }
  return variables;
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// A session of its own, and the signals as they are by default.
class Attributes {
 public:
  Attributes() {
    posix_spawnattr_init(&attributes_);
    posix_spawnattr_setflags(&attributes_,
                             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    sigset_t usual, none;
    sigemptyset(&none);
    sigemptyset(&usual);
    for (const int number : {SIGINT, SIGTERM, SIGPIPE}) sigaddset(&usual, number);
    posix_spawnattr_setsigdefault(&attributes_, &usual);
    posix_spawnattr_setsigmask(&attributes_, &none);
  }
  ~Attributes() { posix_spawnattr_destroy(&attributes_); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

// These two as the child's stdin and stdout.
class Streams {
 public:
  Streams(int in, int out) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, out, STDOUT_FILENO);
  }
  ~Streams() { posix_spawn_file_actions_destroy(&actions_); }
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

}  // namespace

ChildProcess::ChildProcess(const ChildOptions& options) {
  Fd child_in, child_out;
  socket_of(child_in, to_child_);
  pipe_of(from_child_, child_out);
  const std::vector<std::string> environment = environment_with(options.environment);
  const int error = ::posix_spawnp(
      &pid_, options.command.at(0).c_str(), Streams(child_in.get(), child_out.get()).get(),
      Attributes().get(), pointers(options.command).data(), pointers(environment).data());
  if (error != 0)
    throw UnavailableError(quote(options.command[0]) + " cannot be started: " + errno_text(error));
  ::fcntl(from_child_.get(), F_SETFL, O_NONBLOCK);
}

ChildProcess::~ChildProcess() {
  if (end_) return;
  signal(SIGKILL);
  wait(-1);
}

void ChildProcess::signal(int number) {
  if (!end_ && ::kill(-pid_, number) != 0) ::kill(pid_, number);  // before its setsid()
}

bool ChildProcess::write_line(const std::string& line) {
  const std::string text = line + "\n";
  for (size_t done = 0; done < text.size();) {
    const ssize_t n = ::send(to_child_.get(), text.data() + done, text.size() - done, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    done += static_cast<size_t>(n);
  }
  return true;
}

std::optional<std::string> ChildProcess::take_line() {
  const size_t end = unread_.find('\n');
  if (end == std::string::npos && unread_.size() >= kLongestLine)
    return std::exchange(unread_, std::string());  // no message of ours is as long
  if (end == std::string::npos) return std::nullopt;
  std::string line = unread_.substr(0, end);
  unread_.erase(0, end + 1);
  return line;
}

ChildProcess::Read ChildProcess::read_line(std::string& line, int timeout_ms) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  for (;;) {
    if (auto whole = take_line()) {
      line = std::move(*whole);
      return Read::kLine;
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    pollfd ready = {from_child_.get(), POLLIN, 0};
    const int n = ::poll(&ready, 1, static_cast<int>(std::max<int64_t>(0, left.count())));
    if (n == 0) return Read::kNothing;
    if (n < 0 && errno != EINTR) return Read::kClosed;
    if (n < 0) continue;
    char block[4096];
    const ssize_t bytes = ::read(from_child_.get(), block, sizeof block);
    if (bytes == 0) return Read::kClosed;
    if (bytes < 0 && errno != EAGAIN && errno != EINTR) return Read::kClosed;
    if (bytes > 0) unread_.append(block, static_cast<size_t>(bytes));
  }
}

ChildEnd ChildProcess::end(int patience_ms) {
  signal(SIGCONT);
  signal(SIGTERM);
  if (!wait(patience_ms)) signal(SIGKILL);
  return *wait(-1);
}

std::optional<ChildEnd> ChildProcess::wait(int timeout_ms) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  while (!end_) {
    int status = 0;
    const pid_t ended = ::waitpid(pid_, &status, timeout_ms < 0 ? 0 : WNOHANG);
    if (ended == pid_) {
      end_ = ChildEnd{};
      if (WIFSIGNALED(status)) end_->signal = WTERMSIG(status);
      if (WIFEXITED(status)) end_->exit_code = WEXITSTATUS(status);
      break;
    }
    if (ended < 0 && errno != EINTR) return ChildEnd{127, 0};
    if (timeout_ms >= 0 && std::chrono::steady_clock::now() >= until) return std::nullopt;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return end_;
}

}  // namespace flowreel
