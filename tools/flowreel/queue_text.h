// Jobs of a queue in words for people, and in lines of JSON for machines.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/queue/store.h"

namespace flowreel {

int64_t wall_clock_ms();  // since 1970

std::string failure_text(const Failure& failure);           // "exit code 74: the disk is full"
std::string note_text(const JobInfo& job, int64_t now_ms);  // what its state does not tell
std::string needs_text(const Needs& needs);                 // "gpu, big, 24 GiB"; "nothing"
std::string tries_text(const JobInfo& job);                 // "3 (2 errors, 1 crash)"

// One JSON object each, without a line feed. That of a job has no job text unless history is given.
std::string job_line(const JobInfo& job, const std::vector<Transition>* history = nullptr);
// {"id", "key", "result"} of a change.
std::string result_line(const JobInfo& job, const std::string& result);
std::string stats_line(const StoreStats& stats);

}  // namespace flowreel
