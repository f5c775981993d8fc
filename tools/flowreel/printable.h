// Text from outside (names of files, prompts) on somebody's terminal.
#pragma once

#include <string>
#include <vector>

namespace flowreel {

// The text on one line: control characters, with which it could write elsewhere on the terminal or
// begin a line of its own, what turns the direction of text, and bytes that are not UTF-8, become
// question marks.
std::string printable(const std::string& text);

// "a, b, c".
std::string joined(const std::vector<std::string>& parts);

// The text with "***" for what may be the password of a URL in it: in "scheme://user:password@host"
// all up to the last "@", and in "password=..." all up to the next "&", quote or blank.
std::string without_passwords(std::string text);

}  // namespace flowreel
