// Normalizers: what a tokenizer does to a text before it looks for words.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "models/text/regex.h"
#include "models/text/unicode.h"

namespace flowreel {

// Valid UTF-8 in and out.
using Normalizer = std::function<std::string(std::string text)>;

Normalizer normal_form(NormalForm form);
Normalizer lowercase();
Normalizer replace(Regex what, std::string with);
Normalizer strip(bool left, bool right);  // white space at the ends
Normalizer normalizers_in_turn(std::vector<Normalizer> normalizers);

}  // namespace flowreel
