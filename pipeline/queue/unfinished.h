// Names for what a claim is writing, by which it is found and removed when the claim is no more.
#pragma once

#include <cstdint>
#include <string>

#include "pipeline/queue/store.h"

namespace flowreel {

// The tag of a temporary name (files/temporary.h) for the claim with this token.
std::string claim_tag(int64_t token);

// Removes what claims of the job before this token were writing into DIR/<id>/ when they died.
void remove_unfinished(const std::string& output_dir, const std::string& id, int64_t token);

// Removes what claims were writing into DIR that are no more, where nobody claims the job again:
// its last attempt died with its worker. What this store does not know is left alone. Errors of
// JobStore::list().
void remove_abandoned(const std::string& output_dir, JobStore& store);

}  // namespace flowreel
