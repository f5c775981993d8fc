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

// DIR/.checkpoints/<id>.safetensors: what a run of the job goes on from, until it is published.
std::string checkpoint_file(const std::string& output_dir, const std::string& id);

// Removes what nobody else will, since no claim of the job follows: what a last attempt was writing
// into DIR when it died with its worker, and the checkpoint that a claim which was lost, and did
// not know it yet, wrote after the job had succeeded. What this store does not know is left alone,
// and so are checkpoints of jobs that failed, which may be retried. Errors of JobStore::list().
void remove_abandoned(const std::string& output_dir, JobStore& store);

}  // namespace flowreel
