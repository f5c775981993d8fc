// How the report speaks of metrics.
#pragma once

#include <string>
#include <vector>

#include "pipeline/consistency/html/markup.h"
#include "pipeline/consistency/measurement.h"

namespace flowreel::html {

// The headings that metrics are listed under, in order; the last one is for those that no other
// claims.
const std::vector<std::string>& families();
// Which of them a metric belongs to.
size_t family_of(const Definition& definition);

// The name, leading to what the metric means.
Html metric_link(const Definition& definition);

// "↑", "↓" or nothing, in words for those who cannot see it.
Html arrow(const Definition& definition);
// Empty for mere numbers.
std::string unit_words(const Definition& definition);
// "↑ dB".
Html arrow_and_unit(const Definition& definition);

// What a metric's values by frame are, where that is not what its value is of: "mean luma". Empty
// otherwise.
std::string curve_subject(const Definition& definition);
// Their unit; empty for mere numbers.
std::string curve_unit(const Definition& definition);
// Whether they show something: they are not but 0 and 1, nor those of another metric.
bool is_worth_drawing(const Definition& definition);

// Why there is no value, or none that means something: "too few frames". Empty for kOk.
std::string status_words(Status status);

}  // namespace flowreel::html
