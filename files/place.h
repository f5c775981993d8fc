// Where a name leads, found without opening what lies there, and the folders beyond which it may
// not.
#pragma once

#include <string>
#include <vector>

#include "files/file.h"

namespace flowreel {

// From now on this process reads only what lies beneath these folders, links in them followed as
// far as they stay beneath: for a process that is handed names by others. The kernel sees to it
// while it walks along a name, so nobody can exchange a part of it behind a check. Call it before
// there are threads.
void confine_reading(const std::vector<std::string>& folders);

// A descriptor (O_PATH) of what a name leads to; invalid, with errno, when it leads nowhere. EXDEV:
// it leads out of where this process may read. Neither pipes nor devices notice.
Fd find_place(const std::string& path);

// The same from a folder that `path` may not leave: neither by "..", nor by being absolute, nor
// through a link. EXDEV, or ELOOP for a link of the kernel's as in /proc.
Fd find_beneath(int folder, const std::string& path);

// A name of what find_place() has found: always of that, whatever its path means by now.
std::string name_of_place(const Fd& place);

}  // namespace flowreel
