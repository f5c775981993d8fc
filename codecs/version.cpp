#include "codecs/version.h"

#include <opencv2/core/version.hpp>

#include "codecs/av.h"

namespace flowreel {

std::map<std::string, std::string> codec_versions() {
  const unsigned v = avcodec_version();
  const std::string number = std::to_string(AV_VERSION_MAJOR(v)) + "." +
                             std::to_string(AV_VERSION_MINOR(v)) + "." +
                             std::to_string(AV_VERSION_MICRO(v));
  return {{"ffmpeg", av_version_info()}, {"libavcodec", number}, {"opencv", CV_VERSION}};
}

}  // namespace flowreel
