#include "tools/flowreel/worker_metrics.h"

#include <sstream>

#include "errors/error.h"
#include "files/output_file.h"

namespace flowreel {
namespace {

void describe(std::ostream& out, const char* name, const char* kind, const char* help) {
  out << "# HELP " << name << ' ' << help << "\n# TYPE " << name << ' ' << kind << '\n';
}

}  // namespace

std::string metrics_text(const std::vector<WorkerCounts>& workers, const StoreStats& stats) {
  std::ostringstream out;
  describe(out, "flowreel_queue_jobs", "gauge", "Jobs of the queue by state.");
  for (const auto& [state, count] : stats.jobs)
    out << "flowreel_queue_jobs{state=\"" << name_of(state) << "\"} " << count << '\n';
  describe(out, "flowreel_queue_ready_jobs", "gauge", "Jobs that could be claimed now.");
  out << "flowreel_queue_ready_jobs " << stats.ready << '\n';
  describe(out, "flowreel_queue_oldest_ready_seconds", "gauge",
           "How long the first of them has been ready; 0 when there is none.");
  out << "flowreel_queue_oldest_ready_seconds "
      << static_cast<double>(stats.oldest_ready_ms.value_or(0)) / 1000 << '\n';
  describe(out, "flowreel_worker_attempts_total", "counter", "Attempts that ended, by how.");
  describe(out, "flowreel_worker_children_total", "counter", "Processes started to compute.");
  describe(out, "flowreel_worker_busy", "gauge", "1 while a job is being computed.");
  for (size_t i = 0; i < workers.size(); ++i) {
    const WorkerCounts& c = workers[i];
    const std::pair<const char*, int64_t> ends[] = {{"succeeded", c.succeeded},
                                                    {"failed", c.failed},
                                                    {"released", c.released},
                                                    {"lost", c.lost}};
    for (const auto& [end, count] : ends)
      out << "flowreel_worker_attempts_total{worker=\"" << i << "\",end=\"" << end << "\"} "
          << count << '\n';
    out << "flowreel_worker_children_total{worker=\"" << i << "\"} " << c.children << '\n';
    out << "flowreel_worker_busy{worker=\"" << i << "\"} " << (c.busy ? 1 : 0) << '\n';
  }
  return out.str();
}

void WorkerMetrics::update(size_t worker, const WorkerCounts& counts, JobStore& store) {
  const std::lock_guard lock(mutex_);
  counts_.at(worker) = counts;
  if (file_.empty()) return;
  try {
    const std::string text = metrics_text(counts_, store.stats());
    OutputFile file(file_, /*overwrite=*/true);
    file.write(text.data(), text.size());
    file.commit();
  } catch (const Error&) {
    // told nowhere: the next change writes it again
  }
}

}  // namespace flowreel
