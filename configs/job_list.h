// Files of jobs: one, an array, or a job a line.
#pragma once

#include <string>
#include <vector>

#include "configs/job.h"

namespace flowreel {

// The jobs of a file: one object, an array of them, or JSON Lines, which is told by its name
// (.jsonl or .ndjson). The preset that a job names is filled in under it, then `overrides`
// ("a.b=value") are applied over it. UsageError: an override, or a preset that is not known.
// DataError as read_job(), and for an id that comes twice or no job at all.
std::vector<Job> read_jobs(const std::string& path, const std::vector<std::string>& overrides);

// The same of text that was read already; `name` stands for the file in messages, and its end says
// whether the text is JSON Lines.
std::vector<Job> parse_jobs(std::string text, const std::string& name,
                            const std::vector<std::string>& overrides);

}  // namespace flowreel
