#include <algorithm>
#include <cctype>
#include <filesystem>
#include <vector>

#include "codecs/image.h"
#include "codecs/source.h"
#include "errors/error.h"
#include "errors/quote.h"
#include "files/file.h"
#include "files/place.h"

namespace flowreel {
namespace {

namespace fs = std::filesystem;

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

// Runs of digits compare by value, everything else by bytes; equal so far, the plain order decides.
bool natural_less(const std::string& a, const std::string& b) {
  size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (!is_digit(a[i]) || !is_digit(b[j])) {
      if (a[i] != b[j]) return a[i] < b[j];
      ++i, ++j;
      continue;
    }
    while (i < a.size() && a[i] == '0') ++i;
    while (j < b.size() && b[j] == '0') ++j;
    size_t m = i, n = j;
    while (m < a.size() && is_digit(a[m])) ++m;
    while (n < b.size() && is_digit(b[n])) ++n;
    if (m - i != n - j) return m - i < n - j;
    const int order = a.compare(i, m - i, b, j, n - j);
    if (order != 0) return order < 0;
    i = m, j = n;
  }
  if (a.size() - i != b.size() - j) return a.size() - i < b.size() - j;
  return a < b;
}

bool is_image_name(const fs::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  if (path.filename().string().front() == '.') return false;
  return extension == ".png" || extension == ".jpg" || extension == ".jpeg" || extension == ".webp";
}

std::vector<std::string> images_in(const std::string& path) {
  std::vector<std::string> names;
  std::error_code error;
  const Fd place = find_place(path);
  if (!place) throw MissingInputError(quote(path) + " cannot be listed: " + errno_text(errno));
  for (fs::directory_iterator it(name_of_place(place), error), end; !error && it != end;
       it.increment(error)) {
    if (is_image_name(it->path())) names.push_back(it->path().filename().string());
  }
  if (error) throw MissingInputError(quote(path) + " cannot be listed: " + error.message());
  std::sort(names.begin(), names.end(), natural_less);
  return names;
}

class FolderSource : public FrameSource {
 public:
  FolderSource(const std::string& path, double fps, const ReadLimits& limits)
      : path_(path), names_(images_in(path)), limits_(limits) {
    if (names_.empty())
      throw DataError(quote(path) + " has no frames: expected PNG, JPEG or WebP files");
    info_.fps = frame_rate(fps);
    first_ = read(0);
    info_.height = static_cast<int>(first_.size(0));
    info_.width = static_cast<int>(first_.size(1));
    info_.frames = static_cast<int64_t>(names_.size());
    info_.duration = static_cast<double>(info_.frames) / info_.fps.value();
    info_.container = "folder";
    info_.codec = "images";
    info_.pixel_format = "rgb24";
    info_.matrix = "gbr";
    info_.range = "pc";
    info_.primaries = info_.transfer = "unknown";
  }

  const ClipInfo& info() const override { return info_; }
  double tick() const override { return 0; }

  std::optional<TimedFrame> next() override {
    if (index_ == names_.size()) return std::nullopt;
    TimedFrame frame;
    frame.pixels = index_ == 0 ? std::move(first_) : read(index_);
    if (frame.pixels.size(0) != info_.height || frame.pixels.size(1) != info_.width) {
      throw DataError(quote(path_) + ": " + quote(names_[index_]) + " is " +
                      std::to_string(frame.pixels.size(1)) + "x" +
                      std::to_string(frame.pixels.size(0)) + ", unlike " + quote(names_[0]) +
                      " with " + std::to_string(info_.width) + "x" + std::to_string(info_.height));
    }
    frame.begin = static_cast<double>(index_) * info_.fps.den / info_.fps.num;
    frame.duration = 1 / info_.fps.value();
    ++index_;
    return frame;
  }

 private:
  at::Tensor read(size_t index) const {
    return read_image(path_ + "/" + names_[index], {limits_.max_pixels});
  }

  std::string path_;
  std::vector<std::string> names_;
  ReadLimits limits_;
  ClipInfo info_;
  at::Tensor first_;
  size_t index_ = 0;
};

}  // namespace

std::unique_ptr<FrameSource> open_folder(const std::string& path, double fps,
                                         const ReadLimits& limits) {
  return std::make_unique<FolderSource>(path, fps, limits);
}

}  // namespace flowreel
