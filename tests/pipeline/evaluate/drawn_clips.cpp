#include "tests/pipeline/evaluate/drawn_clips.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

#include "pipeline/generate/decode.h"
#include "pipeline/train/shapes/drawing.h"
#include "pipeline/train/shapes/render.h"

namespace flowreel {

std::vector<shapes::Scene> drawn_scenes(uint64_t seed, int64_t count, shapes::Split split,
                                        size_t shapes_each) {
  shapes::ShapesOptions options;
  options.count_weights = {0, 0, 0};
  options.count_weights[shapes_each - 1] = 1;
  options.background_weights = {1, 1, 1};
  options.split = split;
  std::vector<shapes::Scene> scenes;
  for (int64_t i = 0; i < count; ++i) {
    scenes.push_back(shapes::draw_scene(seed, static_cast<uint64_t>(i), options));
  }
  return scenes;
}

at::Tensor rendered(const shapes::Scene& scene, int64_t frames, int64_t side) {
  return to_uint8_frames(shapes::render_scenes({scene}, frames, side, side)[0].transpose(0, 1));
}

at::Tensor changed(const at::Tensor& clip, const FrameChange& change) {
  const at::Tensor result = clip.clone();
  for (int64_t i = 0; i < result.size(0); ++i) {
    cv::Mat3b frame(static_cast<int>(result.size(1)), static_cast<int>(result.size(2)),
                    reinterpret_cast<cv::Vec3b*>(result[i].data_ptr<uint8_t>()));
    cv::Mat3b copy = frame.clone();
    change(copy);
    copy.copyTo(frame);
  }
  return result;
}

std::vector<Observation> observe_all(const std::vector<shapes::Scene>& scenes, int64_t frames,
                                     int64_t side, const FrameChange& change) {
  std::vector<Observation> seen(scenes.size());
  at::parallel_for(0, static_cast<int64_t>(scenes.size()), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const auto index = static_cast<size_t>(i);
      const at::Tensor clip = rendered(scenes[index], frames, side);
      seen[index] = observe(change ? changed(clip, change) : clip);
    }
  });
  return seen;
}

at::Tensor drawn(const std::function<Figure(double u)>& figure,
                 const std::function<void(cv::Mat3b& large, double u)>& more) {
  constexpr int kFrames = 33, kSide = 64, kLarge = 4 * kSide;
  const at::Tensor clip = at::empty({kFrames, kSide, kSide, 3}, at::kByte);
  for (int i = 0; i < kFrames; ++i) {
    const double u = i / (kFrames - 1.0);
    const Figure now = figure(u);
    const double turn = 2 * std::numbers::pi * now.angle;
    std::vector<cv::Point> points;
    for (const cv::Point2d& p : now.corners) {
      const double x = std::cos(turn) * p.x - std::sin(turn) * p.y;
      const double y = std::sin(turn) * p.x + std::cos(turn) * p.y;
      points.emplace_back(cv::Point2d(now.x + now.radius * x, now.y + now.radius * y) * kLarge);
    }
    cv::Mat3b large(kLarge, kLarge, cv::Vec3b(15, 30, 110));
    if (!points.empty()) {
      cv::fillPoly(large, std::vector<std::vector<cv::Point>>{points}, now.rgb);
    }
    if (more) more(large, u);
    cv::Mat frame(kSide, kSide, CV_8UC3, clip[i].data_ptr<uint8_t>());
    cv::resize(large, frame, frame.size(), 0, 0, cv::INTER_AREA);
  }
  return clip;
}

std::vector<cv::Point2d> corners(int count, const std::vector<double>& distances) {
  std::vector<cv::Point2d> points;
  for (int i = 0; i < count; ++i) {
    const double angle = 2 * std::numbers::pi * i / count;
    const double distance = distances[static_cast<size_t>(i) % distances.size()];
    points.emplace_back(distance * std::cos(angle), distance * std::sin(angle));
  }
  return points;
}

}  // namespace flowreel
