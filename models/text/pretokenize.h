// Pre-tokenizers: how a text is cut into the pieces within which merges happen.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "models/text/regex.h"

namespace flowreel {

// Cuts each piece further; no piece that comes out is empty. Valid UTF-8 in and out.
using PreTokenizer = std::function<std::vector<std::string>(std::vector<std::string> pieces)>;

enum class SplitBehavior {
  kIsolated,  // matches and what lies between them are pieces
  kRemoved,   // matches are dropped
};

// With `invert`, what lies between the matches counts as the match.
PreTokenizer split(Regex pattern, SplitBehavior behavior, bool invert);

// Into GPT-2's byte letters; before that, a space in front of each piece that has none, and GPT-2's
// own split.
PreTokenizer byte_level(bool add_prefix_space, bool use_gpt2_pattern);

PreTokenizer pre_tokenizers_in_turn(std::vector<PreTokenizer> pre_tokenizers);

}  // namespace flowreel
