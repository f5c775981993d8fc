// Text in columns for a terminal, whatever the characters.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace flowreel {

inline constexpr int kTableWidth = 100;

// How many columns of a terminal the text takes: 2 for East Asian wide characters and emoji, 0 for
// marks that sit on the character before, 1 otherwise.
int display_width(std::string_view text);

// Text from outside on one line, without what would move a cursor (as quote(), without the quotes).
std::string one_line(std::string_view text);

// The last characters of the text that fit so many columns, after "…" when that is not all of it:
// names of clips differ at their end.
std::string shortened(const std::string& text, int width);

// Broken between words, or within one that is longer than a line, into lines of at most kTableWidth
// columns that begin with `indent` (the first one too) and end in a line feed.
std::string wrapped(const std::string& text, const std::string& indent);

using Rows = std::vector<std::vector<std::string>>;

// Each row as one line that ends in a line feed, cells two spaces apart and without spaces at the
// end; the columns that `right` marks with 'r' end flush, the others ('l') begin so.
std::string aligned(const Rows& rows, std::string_view right, const std::string& indent);

// The longest line of a text, in columns.
int longest_line(std::string_view text);

}  // namespace flowreel
