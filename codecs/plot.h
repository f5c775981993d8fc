// Curves over steps as a picture: losses of a training run.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <utility>
#include <vector>

namespace flowreel {

struct Curve {
  std::string name;
  std::vector<std::pair<double, double>> points;  // (x, y), x rising
};

struct PlotOptions {
  int width = 960, height = 540;
  std::string title, x_label;
  bool log_y = true;  // values that are not positive are left out then
};

// [height,width,3] uint8 RGB, with axes, grid and a legend. Values that are not finite are left
// out. UsageError: no point to draw.
at::Tensor plot_curves(const std::vector<Curve>& curves, const PlotOptions& options);

}  // namespace flowreel
