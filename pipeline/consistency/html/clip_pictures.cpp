#include "pipeline/consistency/html/clip_pictures.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <opencv2/imgproc.hpp>
#include <set>

#include "codecs/image.h"
#include "codecs/reader.h"
#include "pipeline/consistency/html/flow_colours.h"
#include "pipeline/consistency/motion.h"

namespace flowreel {
namespace {

constexpr double kGain = 8;

std::vector<uint8_t> png_of(const cv::Mat& picture, int longest) {
  const int side = std::max(picture.cols, picture.rows);
  cv::Mat shown = picture;
  if (side > longest) {
    const double scale = static_cast<double>(longest) / side;
    cv::resize(picture, shown, {}, scale, scale, cv::INTER_AREA);
  }
  shown = shown.isContinuous() ? shown : shown.clone();
  return encode_png(at::from_blob(shown.data, {shown.rows, shown.cols, 3}, at::kByte));
}

// Frames with the largest values of a series, worst first.
std::vector<int64_t> largest(const std::vector<double>& series, int count) {
  std::vector<int64_t> frames;
  for (size_t i = 1; i < series.size(); ++i) {
    if (std::isfinite(series[i])) frames.push_back(static_cast<int64_t>(i));
  }
  std::stable_sort(frames.begin(), frames.end(), [&](int64_t a, int64_t b) {
    return series[static_cast<size_t>(a)] > series[static_cast<size_t>(b)];
  });
  frames.resize(std::min(frames.size(), static_cast<size_t>(count)));
  return frames;
}

std::vector<PairPictures> wanted_pairs(const ClipResult& result, int worst) {
  std::vector<PairPictures> pairs;
  for (const char* name : {"flicker_mc", "warping_error"}) {
    const Measurement* m = measurement_of(result, name);
    if (m == nullptr || !m->value) continue;
    for (const int64_t frame : largest(m->series, worst)) {
      PairPictures pair;
      pair.frame = frame;
      pair.value = m->series[static_cast<size_t>(frame)];
      pair.metric = name;
      pairs.push_back(pair);
    }
  }
  return pairs;
}

std::set<int64_t> strip(int64_t frames, int count) {
  std::set<int64_t> chosen;
  for (int i = 0; i < count; ++i) chosen.insert(count == 1 ? 0 : i * (frames - 1) / (count - 1));
  return chosen;
}

std::vector<int64_t> repeats(const ClipResult& result) {
  const Measurement* m = measurement_of(result, "duplicate_ratio");
  std::vector<int64_t> frames;
  if (m == nullptr) return frames;
  for (size_t i = 1; i < m->series.size(); ++i) {
    if (m->series[i] > 0) frames.push_back(static_cast<int64_t>(i));
  }
  return frames;
}

void draw(PairPictures& pair, const Picture& before, const Picture& now, int longest) {
  pair.before_png = png_of(before.small(), longest);
  pair.now_png = png_of(now.small(), longest);
  pair.difference_gain = kGain;
  if (std::min(now.small().cols, now.small().rows) < kSmallestForMotion) {
    pair.difference_png = png_of(difference_picture(before.small(), now.small(), kGain), longest);
    return;
  }
  // What is left when the frame before is carried along by the motion.
  const Motion motion(before, now);
  cv::Mat carried;
  warp(before.small_float(), motion.back).convertTo(carried, CV_8U);
  pair.difference_png = png_of(difference_picture(carried, now.small(), kGain), longest);
  pair.motion_removed = true;
  pair.flow_full = flow_full(motion.onward);
  pair.flow_png = png_of(flow_picture(motion.onward, pair.flow_full), longest);
}

}  // namespace

HtmlClip with_pictures(ClipResult result, const PictureOptions& options) {
  HtmlClip clip;
  clip.worst = wanted_pairs(result, options.worst);
  clip.duplicates = repeats(result);
  const std::set<int64_t> chosen = strip(result.end.frames, options.contact);
  VideoReader reader = VideoReader::open(result.name, options.read);
  std::unique_ptr<Picture> before;
  for (int64_t i = 0; const std::optional<at::Tensor> frame = reader.next(); ++i) {
    const at::Tensor pixels = frame->contiguous();
    auto now = std::make_unique<Picture>(cv::Mat(static_cast<int>(pixels.size(0)),
                                                 static_cast<int>(pixels.size(1)), CV_8UC3,
                                                 pixels.data_ptr<uint8_t>()));
    if (chosen.count(i) != 0)
      clip.contact.push_back({i, png_of(now->small(), options.longest_side)});
    for (PairPictures& pair : clip.worst) {
      if (pair.frame == i && before) draw(pair, *before, *now, options.longest_side);
    }
    before = std::move(now);
  }
  clip.result = std::move(result);
  return clip;
}

}  // namespace flowreel
