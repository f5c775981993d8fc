#include "codecs/version.h"

#include <link.h>

#include <filesystem>
#include <opencv2/core/utility.hpp>

#include "codecs/av.h"

namespace flowreel {
namespace {

using Versions = std::map<std::string, std::string>;

std::string dotted(unsigned v) {
  return std::to_string(AV_VERSION_MAJOR(v)) + "." + std::to_string(AV_VERSION_MINOR(v)) + "." +
         std::to_string(AV_VERSION_MICRO(v));
}

// libavcodec does not say which encoder it runs, but the encoder's library is loaded with it.
int add_encoder(dl_phdr_info* info, size_t, void* versions) {
  std::error_code error;
  const std::string file = std::filesystem::canonical(info->dlpi_name, error).filename().string();
  const size_t end = file.find(".so.");
  if (error || end == std::string::npos) return 0;
  const std::string name = file.substr(0, end);
  if (name == "libx264" || name == "libx265" || name == "libSvtAv1Enc")
    (*static_cast<Versions*>(versions))[name] = file.substr(end + 4);
  return 0;
}

}  // namespace

std::map<std::string, std::string> codec_versions() {
  Versions versions{{"ffmpeg", av_version_info()},
                    {"libavcodec", dotted(avcodec_version())},
                    {"libavformat", dotted(avformat_version())},
                    {"libavutil", dotted(avutil_version())},
                    {"libswscale", dotted(swscale_version())},
                    {"opencv", cv::getVersionString()}};
  dl_iterate_phdr(add_encoder, &versions);
  return versions;
}

}  // namespace flowreel
