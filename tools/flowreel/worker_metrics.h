// What workers do, as Prometheus reads it: a file for the textfile collector of its node exporter.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "pipeline/queue/store.h"
#include "pipeline/queue/worker.h"

namespace flowreel {

// Counts of a process's workers and of the queue, in Prometheus' text format (version 0.0.4).
std::string metrics_text(const std::vector<WorkerCounts>& workers, const StoreStats& stats);

class WorkerMetrics {
 public:
  // An empty file: nothing is written.
  WorkerMetrics(std::string file, size_t workers) : file_(std::move(file)), counts_(workers) {}

  // From any worker's thread. The file is replaced whole; a disk that does not take it is passed
  // over, since the work matters more.
  void update(size_t worker, const WorkerCounts& counts, JobStore& store);

 private:
  std::string file_;
  std::mutex mutex_;
  std::vector<WorkerCounts> counts_;
};

}  // namespace flowreel
