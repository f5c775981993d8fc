// The two things a VideoWriter can write to.
#pragma once

#include <memory>
#include <string>

#include "codecs/writer.h"

namespace flowreel {

// One container file, by the options' codec. Errors as VideoWriter.
std::unique_ptr<ClipSink> open_container_sink(const std::string& path,
                                              const WriterOptions& options);

// frame_00000.png, frame_00001.png … in a new folder. With overwrite, an existing folder is
// replaced only if it holds nothing but such frames; else OutputError.
std::unique_ptr<ClipSink> open_png_folder(const std::string& path, const WriterOptions& options);

}  // namespace flowreel
