// What a folder was begun with, written down, so that nothing goes on in it under something else.
#pragma once

#include <string>

namespace flowreel {

// Writes FOLDER/configuration.txt, and the folder, where it is not there. ConfigError when it holds
// another text. OutputError, IoError.
void hold_to(const std::string& folder, const std::string& configuration);

}  // namespace flowreel
