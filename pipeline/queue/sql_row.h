// A job as a row of its table.
#pragma once

#include <string>
#include <vector>

#include "pipeline/queue/sql_table.h"

namespace flowreel {

// "id BIGINT ..., job TEXT ...": the definitions of all columns.
std::string column_definitions(const SqlDialect& dialect);

// Comma-separated names: of all columns but the id; of these, the ones that change with time.
std::vector<std::string> request_columns();
std::vector<std::string> state_columns();
std::vector<SqlValue> request_values(const StoredJob& job);
std::vector<SqlValue> state_values(const StoredJob& job);

// What a SELECT names for job_of(); without the job text where that is left out.
std::string selected_columns(bool with_job_text);
StoredJob job_of(const SqlRow& row);

// Labels as one text, "<a><b>": without those that are offered nothing is left, if all are.
std::string labels_text(const std::vector<std::string>& labels);
// That statement about column labels; appends its values.
std::string labels_condition(const std::vector<std::string>& offered,
                             std::vector<SqlValue>& values);

}  // namespace flowreel
