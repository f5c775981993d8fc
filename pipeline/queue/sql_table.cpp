#include "pipeline/queue/sql_table.h"

#include <cstdlib>

#include "pipeline/queue/sql_row.h"

namespace flowreel {
namespace {

// Both databases use a partial index only where the query says its condition word for word.
constexpr char kWaiting[] = "state IN ('queued', 'retry_wait')";
constexpr char kRunning[] = "state = 'running'";

int64_t number(const std::optional<std::string>& cell) {
  return cell ? std::strtoll(cell->c_str(), nullptr, 10) : 0;
}

// "state IN ('failed', 'cancelled')": the names are ours, so they need no quoting.
std::string one_of(const std::vector<JobState>& states) {
  std::string names;
  for (const JobState state : states) names += (names.empty() ? "'" : ", '") + name_of(state) + "'";
  return "state IN (" + names + ")";
}

void append_all(std::vector<SqlValue>& values, const std::vector<SqlValue>& more) {
  values.insert(values.end(), more.begin(), more.end());
}

}  // namespace

void create_tables(SqlConnection& connection) {
  const SqlDialect& dialect = connection.dialect();
  connection.run("CREATE TABLE flowreel_jobs (" + column_definitions(dialect) + ")");
  connection.run(std::string("CREATE INDEX flowreel_waiting ON flowreel_jobs "
                             "(priority DESC, at_head DESC, id) WHERE ") +
                 kWaiting);
  connection.run(
      std::string("CREATE INDEX flowreel_running ON flowreel_jobs (lease_until) WHERE ") +
      kRunning);
  connection.run("CREATE TABLE flowreel_history (id " + dialect.id_column +
                 ", job_id BIGINT NOT NULL REFERENCES flowreel_jobs (id) ON DELETE CASCADE, "
                 "at_ms BIGINT NOT NULL, state TEXT NOT NULL, worker TEXT NOT NULL, "
                 "token BIGINT NOT NULL, what TEXT NOT NULL)");
  connection.run("CREATE INDEX flowreel_history_of ON flowreel_history (job_id, id)");
}

std::vector<StoredJob> SqlTable::select(const std::string& condition,
                                        const std::vector<SqlValue>& values) {
  const std::string sql =
      "SELECT " + selected_columns(/*with_job_text=*/true) + " FROM flowreel_jobs WHERE ";
  std::vector<StoredJob> jobs;
  for (const SqlRow& row : connection_.run(sql + condition, values).rows)
    jobs.push_back(job_of(row));
  return jobs;
}

std::optional<StoredJob> SqlTable::select_one(const std::string& condition,
                                              const std::vector<SqlValue>& values) {
  std::vector<StoredJob> jobs = select(condition, values);
  if (jobs.empty()) return std::nullopt;
  return std::move(jobs[0]);
}

const std::string& SqlTable::lock() const {
  static const std::string kNone;
  return access_ == Access::kWrite ? connection_.dialect().lock : kNone;
}

std::optional<StoredJob> SqlTable::find(int64_t id) { return select_one("id = $1" + lock(), {id}); }

std::optional<StoredJob> SqlTable::find_key(const std::string& key) {
  return select_one("job_key = $1" + lock(), {key});
}

std::optional<StoredJob> SqlTable::find_claim(const std::string& mark) {
  return select_one(std::string(kRunning) + " AND claim_mark = $1" + lock(), {mark});
}

std::optional<StoredJob> SqlTable::first_ready(const Needs& offers) {
  std::vector<SqlValue> values = {now_.wall_ms, offers.memory_gib};
  const std::string fit = labels_condition(offers.labels, values);
  return select_one(std::string(kWaiting) + " AND not_before_ms <= $1 AND memory_gib <= $2 AND " +
                        fit + " ORDER BY priority DESC, at_head DESC, id LIMIT 1" +
                        connection_.dialect().lock_or_skip,
                    values);
}

std::vector<StoredJob> SqlTable::leases_over() {
  return select(std::string(kRunning) +
                    " AND (lease_boot <> $1 OR lease_until <= $2) ORDER BY lease_until" +
                    connection_.dialect().lock_or_skip,
                {now_.boot, now_.lease_ms});
}

std::optional<int64_t> SqlTable::insert(const StoredJob& job) {
  std::string columns, places;
  int count = 0;
  for (const auto& names : {request_columns(), state_columns()}) {
    for (const std::string& name : names) {
      const char* comma = count == 0 ? "" : ", ";
      columns += comma + name;
      places += std::string(comma) + "$" + std::to_string(++count);
    }
  }
  std::vector<SqlValue> values = request_values(job);
  append_all(values, state_values(job));
  const SqlResult result =
      connection_.run("INSERT INTO flowreel_jobs (" + columns + ") VALUES (" + places +
                          ") ON CONFLICT (job_key) DO NOTHING RETURNING id",
                      values);
  if (result.rows.empty()) return std::nullopt;
  announce(job);
  return number(result.rows[0][0]);
}

void SqlTable::update(const StoredJob& job) {
  std::vector<SqlValue> values = {job.id};
  append_all(values, state_values(job));
  std::string changes;
  int count = 1;
  for (const std::string& name : state_columns()) {
    ++count;
    changes += (changes.empty() ? "" : ", ") + name + " = $" + std::to_string(count);
  }
  connection_.run("UPDATE flowreel_jobs SET " + changes + " WHERE id = $1", values);
  announce(job);
}

void SqlTable::announce(const StoredJob& job) {
  const bool waits = job.state == JobState::kQueued || job.state == JobState::kRetryWait;
  const std::string& statement = connection_.dialect().announce;
  if (waits && !statement.empty()) connection_.run(statement);
}

void SqlTable::append(int64_t id, const Transition& transition) {
  connection_.run(
      "INSERT INTO flowreel_history (job_id, at_ms, state, worker, token, what) "
      "VALUES ($1, $2, $3, $4, $5, $6)",
      {id, transition.at_ms, name_of(transition.state), transition.worker, transition.token,
       transition.text});
}

std::vector<Transition> SqlTable::history(int64_t id) {
  std::vector<Transition> history;
  const SqlResult found = connection_.run(
      "SELECT at_ms, state, worker, token, what FROM flowreel_history "
      "WHERE job_id = $1 ORDER BY id",
      {id});
  for (const SqlRow& row : found.rows)
    history.push_back({number(row[0]), job_state(*row[1]), *row[2], number(row[3]), *row[4]});
  return history;
}

std::vector<JobInfo> SqlTable::list(const ListFilter& filter) {
  std::string sql =
      "SELECT " + selected_columns(/*with_job_text=*/false) + " FROM flowreel_jobs WHERE id > $1";
  std::vector<SqlValue> values = {filter.after_id};
  if (!filter.states.empty()) sql += " AND " + one_of(filter.states);
  if (!filter.key.empty()) {
    sql += " AND job_key = $2";
    values.emplace_back(filter.key);
  }
  sql += " ORDER BY id LIMIT " + std::to_string(filter.limit);
  std::vector<JobInfo> jobs;
  for (const SqlRow& row : connection_.run(sql, values).rows) jobs.push_back(job_of(row));
  return jobs;
}

StoreStats SqlTable::stats() {
  StoreStats stats;
  for (int i = 0; i < kJobStates; ++i) stats.jobs[static_cast<JobState>(i)] = 0;
  const SqlResult counts =
      connection_.run("SELECT state, COUNT(*) FROM flowreel_jobs GROUP BY state");
  for (const SqlRow& row : counts.rows) stats.jobs[job_state(*row[0])] = number(row[1]);
  const SqlResult ready =
      connection_.run(std::string("SELECT COUNT(*), MIN(not_before_ms) FROM flowreel_jobs WHERE ") +
                          kWaiting + " AND not_before_ms <= $1",
                      {now_.wall_ms});
  stats.ready = number(ready.rows[0][0]);
  if (stats.ready > 0) stats.oldest_ready_ms = now_.wall_ms - number(ready.rows[0][1]);
  return stats;
}

int64_t SqlTable::purge(int64_t changed_before_ms, const std::vector<JobState>& states) {
  return connection_
      .run("DELETE FROM flowreel_jobs WHERE changed_ms <= $1 AND " + one_of(states),
           {changed_before_ms})
      .changed;
}

}  // namespace flowreel
