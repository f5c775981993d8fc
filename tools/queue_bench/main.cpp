// Times a queue by its interface, JobStore. tools/bench_queue.py runs it and tells what is what.
//
// clang-format off
//     queue_bench disk FOLDER PROCESSES SECONDS         blocks of 4 KiB, each made durable
//     queue_bench submit STORE JOB PROCESSES SECONDS    jobs, each durable before the next
//     queue_bench work STORE PROCESSES                  claim() and succeed(), until there are none
//     queue_bench start STORE JOB OUTPUT_DIR SAMPLES    from submit() to start, by a running worker
// clang-format on
//
// JOB is a file with a job in which "ID" stands for the id. Prints one JSON object.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "files/file.h"
#include "pipeline/queue/open_store.h"
#include "tools/queue_bench/crew.h"
#include "tools/queue_bench/start_times.h"

namespace flowreel {
namespace {

using Arguments = std::vector<std::string>;
constexpr double kNoLimit = 3600;  // seconds

// A job file with ids to put in.
class JobText {
 public:
  explicit JobText(const std::string& path) {
    std::ifstream in(path);
    text_.assign(std::istreambuf_iterator<char>(in), {});
    place_ = text_.find(kPlace);
    if (place_ == std::string::npos) throw std::runtime_error(path + " has no " + kPlace);
  }
  JobRequest request(const std::string& id) const {
    std::string job = text_;
    job.replace(place_, std::string(kPlace).size(), '"' + id + '"');
    return {.job = job, .key = id};
  }

 private:
  static constexpr const char* kPlace = "\"ID\"";
  std::string text_;
  size_t place_ = 0;
};

std::shared_ptr<JobStore> open(const std::string& name) {
  StoreOptions options;
  options.mode = OpenMode::kCreate;
  return open_store(name, options);
}

void print(const Pace& pace) {
  std::printf("{\"calls\": %lld, \"seconds\": %.6f}\n", static_cast<long long>(pace.calls),
              pace.seconds);
}

void disk(const Arguments& a) {
  print(run_crew(std::stoi(a.at(1)), std::stod(a.at(2)), [&](int i) -> Call {
    const std::string name = a[0] + "/disk-" + std::to_string(i);
    const auto fd = std::make_shared<Fd>(::open(name.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600));
    std::filesystem::remove(name);
    return [fd, block = std::string(4096, 'x')] {
      const bool written = ::write(fd->get(), block.data(), block.size()) == 4096;
      if (!written || ::fdatasync(fd->get()) != 0) throw std::runtime_error("the disk fails");
      return true;
    };
  }));
}

void submit(const Arguments& a) {
  const JobText text(a.at(1));
  open(a[0]);  // makes it, before the clock runs
  print(run_crew(std::stoi(a.at(2)), std::stod(a.at(3)), [&](int) -> Call {
    const std::string mine = std::to_string(::getpid()) + "_";
    return [&text, mine, store = open(a[0]), i = 0]() mutable {
      return !store->submit(text.request(mine + std::to_string(i++))).was_there;
    };
  }));
}

void work(const Arguments& a) {
  print(run_crew(std::stoi(a.at(1)), kNoLimit, [&](int) -> Call {
    return [store = open(a[0])] {
      const auto claim = store->claim({.worker = "bench"});
      if (!claim) return false;
      return store->succeed(claim->id, claim->token, std::string(64, 'a')) == Answer::kOk;
    };
  }));
}

void start(const Arguments& a) {
  const JobText text(a.at(1));
  StartOptions options;
  options.output_dir = a.at(2);
  options.samples = std::stoi(a.at(3));
  options.job = [&](const std::string& id) { return text.request(id); };
  std::printf("{\"ms\": [");
  const char* comma = "";
  for (const double ms : start_times(*open(a[0]), options)) {
    std::printf("%s%.3f", comma, ms);
    comma = ", ";
  }
  std::printf("]}\n");
}

int run(const std::string& verb, const Arguments& arguments) {
  if (verb == "disk") return disk(arguments), 0;
  if (verb == "submit") return submit(arguments), 0;
  if (verb == "work") return work(arguments), 0;
  if (verb == "start") return start(arguments), 0;
  std::fprintf(stderr, "the first lines of tools/queue_bench/main.cpp say how to call it\n");
  return 64;
}

}  // namespace
}  // namespace flowreel

int main(int argc, char** argv) {
  try {
    return flowreel::run(argc > 1 ? argv[1] : "", {argv + std::min(argc, 2), argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "queue_bench: %s\n", error.what());
    return 1;
  }
}
