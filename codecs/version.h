// Which libraries the clips are read and written with.
#pragma once

#include <map>
#include <string>

namespace flowreel {

// Library name → version: "ffmpeg", its parts "libavcodec", "libavformat", "libavutil",
// "libswscale", "opencv", and as far as they are loaded "libx264", "libx265" and "libSvtAv1Enc",
// whose version is what follows ".so." in the name of their file (of x264 and x265 the build
// number).
std::map<std::string, std::string> codec_versions();

}  // namespace flowreel
