// Whether a file holds everything its own outline promises; libav takes a file that was cut off for
// one that ends there.
#pragma once

#include <string>

#include "files/file.h"

namespace flowreel {

// container: libav's name of it ("mov,mp4,…", "matroska,webm", "gif"). Walks the outermost boxes,
// elements or blocks without looking into them. DataError when the last one reaches beyond the end
// of the file, or a GIF has no trailer.
void check_container_end(const InputFile& file, const std::string& container);

}  // namespace flowreel
