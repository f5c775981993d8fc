// Writing to whoever may have ceased to read.
#pragma once

namespace flowreel {

// Whether a line of at most 4 KiB can be written to a descriptor without waiting for its reader, by
// the end of patience_ms. A pipe that is full and that nobody reads must not hold a clip up: what
// is said about it is left out then.
bool takes_a_line(int fd, int patience_ms = 0);

// For what matters to its reader.
inline constexpr int kPatienceMs = 2000;

}  // namespace flowreel
