// A folder of small clips that the program's own writer makes.
#pragma once

#include "codecs/writer.h"
#include "tests/codecs/media.h"
#include "tests/scratch_folder.h"

namespace flowreel {

class ClipFolder {
 public:
  const std::string& path() const { return folder_.path(); }
  std::string operator/(const std::string& name) const { return folder_ / name; }

  // frames [T,H,W,3] uint8 without loss: "a.mkv", or a folder of images by a name without ending.
  void put_clip(const std::string& name, const at::Tensor& frames, int fps = 24) const {
    WriterOptions options;
    options.codec = name.find('.') == std::string::npos ? Codec::Png : Codec::Ffv1;
    options.height = static_cast<int>(frames.size(1));
    options.width = static_cast<int>(frames.size(2));
    options.fps = {fps, 1};
    options.threads = 1;
    options.overwrite = true;
    std::filesystem::create_directories(std::filesystem::path(folder_ / name).parent_path());
    VideoWriter writer(folder_ / name, options);
    for (int64_t i = 0; i < frames.size(0); ++i) writer.write(frames[i]);
    writer.finish();
  }

  void put_captions(const std::string& lines) const { folder_.put("captions.jsonl", lines); }
  void put(const std::string& name, const std::string& bytes) const { folder_.put(name, bytes); }

 private:
  testing::ScratchFolder folder_;
};

inline std::string line(const std::string& file, const std::string& caption = "a clip") {
  return "{\"file\": \"" + file + "\", \"caption\": \"" + caption + "\"}\n";
}

// That `act` fails with this exit code and a text that holds every one of `parts`.
template <typename Act>
void expect_refused(int code, const std::vector<std::string>& parts, Act act) {
  std::string text;
  EXPECT_EQ(error_code(act, &text), code) << text;
  for (const std::string& part : parts)
    EXPECT_NE(text.find(part), std::string::npos) << "\"" << part << "\" is not in: " << text;
}

}  // namespace flowreel
