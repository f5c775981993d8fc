// The names of a run's inputs and outputs, before any of them is opened.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "pipeline/generate/options.h"

namespace flowreel {

// What is read, as option and path; empty paths are left out.
using InputNames = std::vector<std::pair<const char*, std::string>>;

using OutputNames = InputNames;  // what is written, likewise

// UsageError when an output would take the place of another, of an input, or of a folder that an
// input lies in.
void check_names_differ(const OutputNames& outputs, const InputNames& inputs);

// The same of a run; also when there is no --output.
void check_names_differ(const OutputOptions& outputs, const InputNames& inputs);

// ".mp4", ".webm" or ".mkv": how the name of a clip of this codec ends where flowreel chooses it.
std::string clip_ending(const std::string& codec);

}  // namespace flowreel
