// Clips to look at: of the grammar, degraded, and of things that it does not have.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <opencv2/core.hpp>
#include <vector>

#include "pipeline/evaluate/observe.h"
#include "pipeline/train/shapes/scene.h"
#include "pipeline/train/shapes/split.h"

namespace flowreel {

// Scenes of so many shapes, all kinds of background as often.
std::vector<shapes::Scene> drawn_scenes(uint64_t seed, int64_t count, shapes::Split split,
                                        size_t shapes_each = 1);

// [F,side,side,3] uint8 as the renderer draws it.
at::Tensor rendered(const shapes::Scene& scene, int64_t frames, int64_t side);

using FrameChange = std::function<void(cv::Mat3b& frame)>;

// The clip with every frame changed; the clip itself stays.
at::Tensor changed(const at::Tensor& clip, const FrameChange& change);

// The observation of each scene's clip, changed where a change is given. On all threads.
std::vector<Observation> observe_all(const std::vector<shapes::Scene>& scenes, int64_t frames,
                                     int64_t side, const FrameChange& change = {});

// One filled polygon on dark blue. Corners as multiples of `radius` around (x, y); position and
// radius in sides, the angle in turns.
struct Figure {
  std::vector<cv::Point2d> corners;
  double x = 0.5, y = 0.5, radius = 0.22, angle = 0;
  cv::Scalar rgb = {224, 32, 40};
};

// 33 frames of 64 x 64, of the figure at u from 0 to 1. `more` may draw over it, in a picture of
// four times the size.
at::Tensor drawn(const std::function<Figure(double u)>& figure,
                 const std::function<void(cv::Mat3b& large, double u)>& more = {});

// `count` corners at these distances from the middle, in turn, the first to the right.
std::vector<cv::Point2d> corners(int count, const std::vector<double>& distances = {1});
inline std::vector<cv::Point2d> round() { return corners(180); }

}  // namespace flowreel
