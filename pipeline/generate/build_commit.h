// What the program was built from.
#pragma once

namespace flowreel {

// The short git hash of the sources, with "-dirty" when tracked files differed from it, or
// "unknown".
const char* build_commit();

}  // namespace flowreel
