// Names for what a claim is writing, by which it is found and removed when the claim is no more.
#pragma once

#include <cstdint>
#include <string>

namespace flowreel {

// The tag of a temporary name (files/temporary.h) for the claim with this token.
std::string claim_tag(int64_t token);

// Removes what claims of the job before this token were writing into DIR/<id>/ when they died.
void remove_unfinished(const std::string& output_dir, const std::string& id, int64_t token);

}  // namespace flowreel
