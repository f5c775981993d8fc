// Names that come out of files, made fit for a one-line error message.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace flowreel {

// text between double quotes: control characters and bytes that are not UTF-8 written as \xNN, cut
// after max_bytes with "...".
std::string quote_name(std::string_view text, size_t max_bytes = 120);

// "[2, 3, 4]".
std::string shape_text(const std::vector<int64_t>& shape);

}  // namespace flowreel
