// Prompts as words, for a model that knows only some.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace flowreel {

// Runs of letters, digits, hyphens, apostrophes and bytes above 127, with A-Z in lower case.
std::vector<std::string> split_words(std::string_view text);

// The words of `prompt` that are not among `known`, each once, in the order in which they first
// stand there.
std::vector<std::string> unknown_words(std::string_view prompt,
                                       const std::vector<std::string>& known);

}  // namespace flowreel
