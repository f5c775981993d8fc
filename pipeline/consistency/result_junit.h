// Outcomes of gates as JUnit XML, which CI systems show.
#pragma once

#include <string>
#include <vector>

#include "pipeline/consistency/gate.h"

namespace flowreel {

// One testsuite per clip, named after it, and one "all pairs" for gates on the whole set; one
// testcase per gate. Both a fail and an inconclusive outcome are failures, of the type "fail" or
// "inconclusive", with the reason as their message: CI must not show either as green. No time and
// no date: the same outcomes give the same bytes. What XML 1.0 cannot hold (control characters,
// bytes that are not UTF-8) is written as \xNN.
// A clip that could not be measured is a testsuite with one error.
std::string junit_xml(const std::vector<GateOutcome>& outcomes,
                      const std::vector<FailedClip>& failed = {});

}  // namespace flowreel
