#include "tools/queue_bench/start_times.h"

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstring>
#include <random>
#include <stdexcept>
#include <thread>

#include "files/file.h"

namespace flowreel {
namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;
constexpr auto kPatience = std::chrono::seconds(60);

// Names that appear in a folder.
class NewNames {
 public:
  explicit NewNames(const std::string& folder) : fd_(::inotify_init1(IN_CLOEXEC)) {
    if (fd_.get() < 0 || ::inotify_add_watch(fd_.get(), folder.c_str(), IN_CREATE) < 0)
      throw std::runtime_error(folder + " cannot be watched");
  }

  // When one began with this.
  SteadyClock::time_point wait_for(const std::string& start) const {
    const auto end = SteadyClock::now() + kPatience;
    while (SteadyClock::now() < end) {
      pollfd ready = {fd_.get(), POLLIN, 0};
      if (::poll(&ready, 1, 1000) <= 0) continue;
      const auto now = SteadyClock::now();
      if (has(start)) return now;
    }
    throw std::runtime_error("no " + start + "* appeared");
  }

 private:
  bool has(const std::string& start) const {
    alignas(inotify_event) std::array<char, 1 << 14> block;
    const ssize_t bytes = ::read(fd_.get(), block.data(), block.size());
    bool found = false;
    for (ssize_t at = 0; at < bytes;) {
      inotify_event event;
      std::memcpy(&event, block.data() + at, sizeof event);
      const char* name = block.data() + at + sizeof event;
      found = found || (event.len > 0 && std::string(name).rfind(start, 0) == 0);
      at += static_cast<ssize_t>(sizeof event + event.len);
    }
    return found;
  }

  Fd fd_;
};

void wait_until_done(JobStore& store, int64_t id) {
  for (const auto end = SteadyClock::now() + kPatience; SteadyClock::now() < end;) {
    const JobState state = store.get(id).state;
    if (state == JobState::kSucceeded) return;
    if (is_final(state)) throw std::runtime_error("job " + std::to_string(id) + " failed");
    std::this_thread::sleep_for(milliseconds(5));
  }
  throw std::runtime_error("job " + std::to_string(id) + " takes too long");
}

}  // namespace

std::vector<double> start_times(JobStore& store, const StartOptions& options) {
  std::vector<double> times;
  std::mt19937 random(1);
  std::uniform_int_distribution<int> pause_ms(100, 500);
  for (int i = 0; i < options.warm_up + options.samples; ++i) {
    const std::string id = "start_" + std::to_string(i);
    const NewNames names(options.output_dir);
    const JobRequest request = options.job(id);
    const int64_t number = store.submit(request).id;
    const auto durable = SteadyClock::now();
    const auto began = names.wait_for("." + id + ".");
    wait_until_done(store, number);
    if (i >= options.warm_up)
      times.push_back(std::chrono::duration<double, std::milli>(began - durable).count());
    std::this_thread::sleep_for(milliseconds(pause_ms(random)));
  }
  return times;
}

}  // namespace flowreel
