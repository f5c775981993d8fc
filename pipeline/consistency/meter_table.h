// Every meter there is, in the order of reports.
#pragma once

#include <string>
#include <vector>

#include "pipeline/consistency/meter.h"

namespace flowreel {

const std::vector<MeterRow>& meter_table();

// Of every metric of a clip alone that needs no network, in the order of reports.
std::vector<const Definition*> clip_definitions();

// Those, those that need a network (features/feature_table.h), and those of a clip beside a
// reference.
std::vector<const Definition*> all_definitions();

// Whether it is one of these names; none means all.
bool is_wanted(const Definition& definition, const std::vector<std::string>& metrics);

// UsageError for a name that is no metric; it lists those there are.
const Definition& definition_of(const std::string& name);

}  // namespace flowreel
