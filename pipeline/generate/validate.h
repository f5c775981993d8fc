// What can be said about options before anything is opened.
#pragma once

#include <string>

#include "pipeline/generate/options.h"

namespace flowreel {

// UsageError for options that contradict each other or are out of range.
void validate(const GenerateOptions& options);

// DataError for texts that are not UTF-8 or have a zero byte; part of validate().
void check_texts(const GenerateOptions& options);

// "t2v", "v2v", "i2v" or "decode".
std::string task_name(const GenerateOptions& options);

}  // namespace flowreel
