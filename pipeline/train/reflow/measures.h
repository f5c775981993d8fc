// What one round of a reflow did to the ways from noise to data.
#pragma once

#include <string>

#include "pipeline/train/reflow/pair_set.h"

namespace flowreel {

// Means over pairs, per element of a sample; see Carried.
struct Measures {
  double straightness = 0, transport = 0;
  double error = 0;  // squared, of what the noise becomes, against the pairs' samples
};

// A student, which carries noise under captions, on the noise of the pairs; so many at a time.
Measures measure(const PairSet& pairs, int64_t batch, const PairSet::Make& student);

// A CSV file, "model,straightness,transport,error", with a row of the teacher and one of the
// student. OutputError, IoError.
void write_measures(const std::string& path, const Measures& teacher, const Measures& student);

// Both on one line, for a person.
std::string described(const Measures& teacher, const Measures& student);

}  // namespace flowreel
