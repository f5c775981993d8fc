// Which libraries the clips are read and written with.
#pragma once

#include <map>
#include <string>

namespace flowreel {

// Library name → version: "ffmpeg", "libavcodec", "opencv".
std::map<std::string, std::string> codec_versions();

}  // namespace flowreel
