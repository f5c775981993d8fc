#include "codecs/plot.h"

#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <opencv2/imgproc.hpp>

#include "errors/error.h"

namespace flowreel {
namespace {

const cv::Scalar kInk(60, 60, 60), kGrid(225, 225, 225);
const std::vector<cv::Scalar> kColours = {{31, 119, 180}, {255, 127, 14},  {44, 160, 44},
                                          {214, 39, 40},  {148, 103, 189}, {140, 86, 75}};

struct Range {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  void see(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  void widen() {
    if (high - low < 1e-12) high = low + 1;
  }
};

class Plot {
 public:
  explicit Plot(const PlotOptions& options)
      : options_(options), image_(options.height, options.width, CV_8UC3, cv::Scalar::all(255)) {}

  at::Tensor operator()(const std::vector<Curve>& curves) {
    for (const Curve& curve : curves) {
      for (const auto& [x, y] : curve.points) {
        if (!usable(x, y)) continue;
        x_.see(x);
        y_.see(scaled(y));
      }
    }
    if (x_.low > x_.high) throw UsageError("plot \"" + options_.title + "\": no point to draw");
    x_.widen();
    y_.widen();
    draw_grid();
    for (size_t i = 0; i < curves.size(); ++i) draw(curves[i], i);
    write(options_.title, {kLeft, 26}, 0.6);
    write(options_.x_label, {options_.width - kRight - 60, options_.height - 8}, 0.45);
    const auto options = at::TensorOptions().dtype(at::kByte);
    return at::from_blob(image_.data, {image_.rows, image_.cols, 3}, options).clone();
  }

 private:
  static constexpr int kLeft = 76, kRight = 20, kTop = 40, kBottom = 44;

  bool usable(double x, double y) const {
    return std::isfinite(x) && std::isfinite(y) && (!options_.log_y || y > 0);
  }
  double scaled(double y) const { return options_.log_y ? std::log10(y) : y; }

  cv::Point place(double x, double y) const {
    const double right = (x - x_.low) / (x_.high - x_.low), up = (y - y_.low) / (y_.high - y_.low);
    return {kLeft + static_cast<int>(std::lround(right * (options_.width - kLeft - kRight))),
            options_.height - kBottom -
                static_cast<int>(std::lround(up * (options_.height - kTop - kBottom)))};
  }

  void write(const std::string& text, cv::Point at, double size, const cv::Scalar& colour = kInk) {
    cv::putText(image_, text, at, cv::FONT_HERSHEY_SIMPLEX, size, colour, 1, cv::LINE_AA);
  }

  void draw_grid() {
    constexpr int kLines = 5;
    char text[32];
    for (int i = 0; i <= kLines; ++i) {
      const double part = static_cast<double>(i) / kLines;
      const double x = x_.low + part * (x_.high - x_.low), y = y_.low + part * (y_.high - y_.low);
      const cv::Point across = place(x, y_.low), up = place(x_.low, y);
      cv::line(image_, across, place(x, y_.high), kGrid, 1);
      cv::line(image_, up, place(x_.high, y), kGrid, 1);
      std::snprintf(text, sizeof text, "%.6g", std::round(x));
      write(text, {across.x - 14, across.y + 18}, 0.4);
      std::snprintf(text, sizeof text, "%.3g", options_.log_y ? std::pow(10, y) : y);
      write(text, {8, up.y + 4}, 0.4);
    }
    cv::rectangle(image_, place(x_.low, y_.high), place(x_.high, y_.low), kInk, 1);
  }

  void draw(const Curve& curve, size_t number) {
    const cv::Scalar& colour = kColours[number % kColours.size()];
    std::vector<cv::Point> line;
    for (const auto& [x, y] : curve.points) {
      if (usable(x, y)) line.push_back(place(x, scaled(y)));
    }
    cv::polylines(image_, line, /*isClosed=*/false, colour, 2, cv::LINE_AA);
    write(curve.name, {options_.width - kRight - 160, kTop + 20 + 20 * static_cast<int>(number)},
          0.5, colour);
  }

  const PlotOptions& options_;
  cv::Mat image_;  // RGB
  Range x_, y_;
};

}  // namespace

at::Tensor plot_curves(const std::vector<Curve>& curves, const PlotOptions& options) {
  return Plot(options)(curves);
}

}  // namespace flowreel
