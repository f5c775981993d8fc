#include "pipeline/queue/sql_row.h"

#include <cstdlib>
#include <utility>

#include "errors/error.h"

namespace flowreel {
namespace {

struct Column {
  std::string name, type;
};

// BIGINT, TEXT and DOUBLE PRECISION mean the same to both; truth is 0 or 1.
const std::vector<Column> kRequestColumns = {
    {"job_key", "TEXT UNIQUE"},
    {"job", "TEXT NOT NULL"},
    {"priority", "BIGINT NOT NULL"},
    {"labels", "TEXT NOT NULL"},
    {"memory_gib", "DOUBLE PRECISION NOT NULL"},
    {"submitted_ms", "BIGINT NOT NULL"},
};
const std::vector<Column> kStateColumns = {
    {"state", "TEXT NOT NULL"},
    {"cancel_requested", "BIGINT NOT NULL"},
    {"not_before_ms", "BIGINT NOT NULL"},
    {"changed_ms", "BIGINT NOT NULL"},
    {"token", "BIGINT NOT NULL"},
    {"errors", "BIGINT NOT NULL"},
    {"crashes", "BIGINT NOT NULL"},
    {"memory_failures", "BIGINT NOT NULL"},
    {"releases", "BIGINT NOT NULL"},
    {"worker", "TEXT NOT NULL"},
    {"stage", "TEXT NOT NULL"},
    {"percent", "DOUBLE PRECISION NOT NULL"},
    {"manifest_sha256", "TEXT NOT NULL"},
    {"failure_kind", "TEXT"},
    {"failure_exit_code", "BIGINT NOT NULL"},
    {"failure_message", "TEXT NOT NULL"},
    {"lease_ms", "BIGINT NOT NULL"},
    {"lease_until", "BIGINT NOT NULL"},
    {"lease_boot", "TEXT NOT NULL"},
    {"at_head", "BIGINT NOT NULL"},
    {"claim_mark", "TEXT NOT NULL"},
};

std::vector<std::string> names(const std::vector<Column>& columns) {
  std::vector<std::string> found;
  for (const Column& column : columns) found.push_back(column.name);
  return found;
}

// Reads the cells of a row in order.
class Cells {
 public:
  explicit Cells(const SqlRow& row) : row_(row) {}
  bool next_is_null() const { return !row_[at_]; }
  std::string text() { return row_[at_++].value_or(""); }
  int64_t number() { return std::strtoll(text().c_str(), nullptr, 10); }
  int small() { return static_cast<int>(number()); }
  double real() { return std::strtod(text().c_str(), nullptr); }

 private:
  const SqlRow& row_;
  size_t at_ = 0;
};

std::vector<std::string> labels_of(const std::string& text) {
  std::vector<std::string> labels;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = text.find('>', begin);
    labels.push_back(text.substr(begin + 1, end - begin - 1));
    begin = end + 1;
  }
  return labels;
}

StoredJob read_job(const SqlRow& row) {
  Cells cells(row);
  StoredJob job;
  job.id = cells.number();
  job.request.key = cells.text();
  job.request.job = cells.text();
  job.request.priority = cells.small();
  job.request.needs.labels = labels_of(cells.text());
  job.request.needs.memory_gib = cells.real();
  job.submitted_ms = cells.number();
  job.state = job_state(cells.text());
  job.cancel_requested = cells.number() != 0;
  job.not_before_ms = cells.number();
  job.changed_ms = cells.number();
  job.token = cells.number();
  Counters& counters = job.counters;
  for (int* count :
       {&counters.errors, &counters.crashes, &counters.memory_failures, &counters.releases}) {
    *count = cells.small();
  }
  job.worker = cells.text();
  job.progress.stage = cells.text();
  job.progress.percent = cells.real();
  job.manifest_sha256 = cells.text();
  const bool failed = !cells.next_is_null();
  const std::string kind = cells.text();
  const int exit_code = cells.small();
  const std::string message = cells.text();
  if (failed) job.failure = Failure{failure_class(kind), exit_code, message};
  job.lease_ms = cells.number();
  job.lease_until = cells.number();
  job.lease_boot = cells.text();
  job.at_head = cells.number() != 0;
  job.claim_mark = cells.text();
  return job;
}

}  // namespace

std::string column_definitions(const SqlDialect& dialect) {
  std::string text = "id " + dialect.id_column;
  for (const auto* columns : {&kRequestColumns, &kStateColumns}) {
    for (const Column& column : *columns) text += ", " + column.name + " " + column.type;
  }
  return text;
}

std::vector<std::string> request_columns() { return names(kRequestColumns); }
std::vector<std::string> state_columns() { return names(kStateColumns); }

std::vector<SqlValue> request_values(const StoredJob& job) {
  const JobRequest& request = job.request;
  const SqlValue key = request.key.empty() ? SqlValue(nullptr) : SqlValue(request.key);
  return {key,
          request.job,
          int64_t{request.priority},
          labels_text(request.needs.labels),
          request.needs.memory_gib,
          job.submitted_ms};
}

std::vector<SqlValue> state_values(const StoredJob& job) {
  const Failure failure = job.failure.value_or(Failure{});
  return {name_of(job.state),
          int64_t{job.cancel_requested},
          job.not_before_ms,
          job.changed_ms,
          job.token,
          int64_t{job.counters.errors},
          int64_t{job.counters.crashes},
          int64_t{job.counters.memory_failures},
          int64_t{job.counters.releases},
          job.worker,
          job.progress.stage,
          job.progress.percent,
          job.manifest_sha256,
          job.failure ? SqlValue(name_of(failure.kind)) : SqlValue(nullptr),
          int64_t{failure.exit_code},
          failure.message,
          job.lease_ms,
          job.lease_until,
          job.lease_boot,
          int64_t{job.at_head},
          job.claim_mark};
}

std::string selected_columns(bool with_job_text) {
  std::string text = "id";
  for (const std::string& name : names(kRequestColumns))
    text += name == "job" && !with_job_text ? ", ''" : ", " + name;
  for (const std::string& name : names(kStateColumns)) text += ", " + name;
  return text;
}

StoredJob job_of(const SqlRow& row) {
  try {
    return read_job(row);
  } catch (const Error& error) {  // a name of a state or a failure that we have never written
    throw DataError("job " + row[0].value_or("?") + " in the queue is damaged: " + error.what());
  }
}
std::string labels_text(const std::vector<std::string>& labels) {
  std::string text;
  for (const std::string& label : labels) text += "<" + label + ">";
  return text;
}

std::string labels_condition(const std::vector<std::string>& offered,
                             std::vector<SqlValue>& values) {
  std::string rest = "labels";
  for (const std::string& label : offered) {
    values.emplace_back("<" + label + ">");
    rest = "replace(" + rest + ", $" + std::to_string(values.size()) + ", '')";
  }
  return rest + " = ''";
}

}  // namespace flowreel
