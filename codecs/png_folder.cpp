#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "codecs/frame.h"
#include "codecs/image.h"
#include "codecs/sinks.h"
#include "errors/quote.h"
#include "files/file.h"
#include "files/publish.h"
#include "files/temporary.h"

namespace flowreel {
namespace {

namespace fs = std::filesystem;

std::string without_trailing_slash(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

// "frame_", five digits or more, ".png".
bool is_frame_name(const std::string& name) {
  if (name.size() < 15 || name.rfind("frame_", 0) != 0) return false;
  if (name.substr(name.size() - 4) != ".png") return false;
  const std::string number = name.substr(6, name.size() - 10);
  return number.find_first_not_of("0123456789") == std::string::npos;
}

bool holds_only_frames(const std::string& folder) {
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (!entry.is_regular_file() || !is_frame_name(entry.path().filename().string())) return false;
  }
  return true;
}

class PngFolder : public ClipSink {
 public:
  PngFolder(const std::string& path, const WriterOptions& options)
      : path_(without_trailing_slash(path)), options_(options), temporary_(path_) {
    check_absent(path_, options.overwrite);
    check_replaceable();
    if (::mkdir(temporary_.name().c_str(), 0777) != 0) throw_not_made(path_, errno);
  }

  void write(const at::Tensor& pixels) override {
    check_pixels(pixels, options_.height, options_.width, "frame");
    char name[32];
    std::snprintf(name, sizeof name, "/frame_%05lld.png", static_cast<long long>(frames_++));
    write_png(temporary_.name() + name, pixels);
  }

  void set_metadata(const std::string&, const std::string&) override {}

  StagedOutput stage() override {
    if (options_.overwrite) check_replaceable();
    return {temporary_.name(), path_, options_.overwrite};
  }

 private:
  void check_replaceable() const {
    std::error_code error;
    if (!fs::exists(path_, error)) return;
    if (!fs::is_directory(path_, error) || !holds_only_frames(path_)) {
      throw OutputError(quote(path_) + " holds other things than frames and is not overwritten");
    }
  }

  std::string path_;
  WriterOptions options_;
  TemporaryPath temporary_;
  int64_t frames_ = 0;
};

}  // namespace

std::unique_ptr<ClipSink> open_png_folder(const std::string& path, const WriterOptions& options) {
  return std::make_unique<PngFolder>(path, options);
}

}  // namespace flowreel
