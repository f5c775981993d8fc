#include "tools/flowreel/queue_text.h"

#include <array>
#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

#include "errors/quote.h"
#include "tools/flowreel/table.h"

namespace flowreel {
namespace {

using nlohmann::json;

std::string joined(const std::string& text, const std::string& more) {
  return text.empty() || more.empty() ? text + more : text + ", " + more;
}

std::string counted(int number, const char* one, const char* many) {
  return number == 0 ? "" : std::to_string(number) + " " + (number == 1 ? one : many);
}

std::string running_text(const JobInfo& job) {
  const std::string percent = number_text(static_cast<int>(job.progress.percent)) + " %";
  const std::string stage = job.progress.stage.empty() ? "" : job.progress.stage + " ";
  return joined(job.cancel_requested ? "cancel requested" : "",
                stage + percent + " on " + job.worker);
}

json failure_json(const std::optional<Failure>& failure) {
  if (!failure) return nullptr;
  return {{"class", name_of(failure->kind)},
          {"exit_code", failure->exit_code},
          {"message", failure->message}};
}

json job_object(const JobInfo& job) {
  const Counters& c = job.counters;
  const std::string& sha256 = job.manifest_sha256;
  return {{"id", job.id},
          {"key", job.request.key},
          {"state", name_of(job.state)},
          {"cancel_requested", job.cancel_requested},
          {"priority", job.request.priority},
          {"needs",
           {{"labels", job.request.needs.labels}, {"memory_gib", job.request.needs.memory_gib}}},
          {"submitted_ms", job.submitted_ms},
          {"not_before_ms", job.not_before_ms},
          {"changed_ms", job.changed_ms},
          {"token", job.token},
          {"counters",
           {{"errors", c.errors},
            {"crashes", c.crashes},
            {"memory_failures", c.memory_failures},
            {"releases", c.releases}}},
          {"worker", job.worker},
          {"progress", {{"stage", job.progress.stage}, {"percent", job.progress.percent}}},
          {"manifest_sha256", sha256.empty() ? json(nullptr) : json(sha256)},
          {"failure", failure_json(job.failure)}};
}

std::string line_of(const json& object) {
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

int64_t wall_clock_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

std::string failure_text(const Failure& failure) {
  const std::string text = failure.exit_code == 0
                               ? name_of(failure.kind)
                               : "exit code " + std::to_string(failure.exit_code);
  return failure.message.empty() ? text : text + ": " + failure.message;
}

std::string note_text(const JobInfo& job, int64_t now_ms) {
  const bool waits = job.not_before_ms > now_ms;
  const std::string when = waits ? "in " + duration_text(job.not_before_ms - now_ms) : "";
  switch (job.state) {
    case JobState::kQueued:
      return when;
    case JobState::kRunning:
      return running_text(job);
    case JobState::kRetryWait:
      return (waits ? "again " + when : "ready again") +
             (job.failure ? ": " + failure_text(*job.failure) : "");
    case JobState::kFailed:
      return job.failure ? failure_text(*job.failure) : "";
    case JobState::kSucceeded:
    case JobState::kCancelled:
      return "";
  }
  return "";
}

std::string needs_text(const Needs& needs) {
  std::string text;
  for (const std::string& label : needs.labels) text = joined(text, label);
  if (needs.memory_gib > 0) text = joined(text, number_text(needs.memory_gib) + " GiB");
  return text.empty() ? "nothing" : text;
}

std::string tries_text(const JobInfo& job) {
  const Counters& c = job.counters;
  std::string text;
  for (const std::string& part :
       {counted(c.errors, "error", "errors"), counted(c.crashes, "crash", "crashes"),
        counted(c.memory_failures, "out of memory", "out of memory"),
        counted(c.releases, "release", "releases")})
    text = joined(text, part);
  return std::to_string(job.token) + (text.empty() ? "" : " (" + text + ")");
}

std::string job_line(const JobInfo& job, const std::vector<Transition>* history) {
  json object = job_object(job);
  if (history == nullptr) return line_of(object);
  const json order = json::parse(job.request.job, nullptr, /*allow_exceptions=*/false);
  object["job"] = order.is_discarded() ? json(job.request.job) : order;
  object["history"] = json::array();
  for (const Transition& t : *history) {
    object["history"].push_back({{"at_ms", t.at_ms},
                                 {"state", name_of(t.state)},
                                 {"worker", t.worker},
                                 {"token", t.token},
                                 {"text", t.text}});
  }
  return line_of(object);
}

std::string result_line(const JobInfo& job, const std::string& result) {
  return line_of({{"id", job.id}, {"key", job.request.key}, {"result", result}});
}

std::string stats_line(const StoreStats& stats) {
  json jobs = json::object();
  for (const auto& [state, count] : stats.jobs) jobs[name_of(state)] = count;
  json oldest = nullptr;
  if (stats.oldest_ready_ms) oldest = *stats.oldest_ready_ms;
  return line_of({{"jobs", jobs}, {"ready", stats.ready}, {"oldest_ready_ms", oldest}});
}

}  // namespace flowreel
