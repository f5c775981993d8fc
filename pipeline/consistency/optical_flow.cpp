#include "pipeline/consistency/optical_flow.h"

#include <ATen/ATen.h>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/video/tracking.hpp>

#include "errors/error.h"

namespace flowreel {
namespace {

constexpr int64_t kSmallest = 16;

cv::Mat luma(const at::Tensor& frame) {
  const cv::Mat rgb(static_cast<int>(frame.size(0)), static_cast<int>(frame.size(1)), CV_8UC3,
                    frame.data_ptr<uint8_t>());
  cv::Mat grey;
  cv::cvtColor(rgb, grey, cv::COLOR_RGB2GRAY);
  return grey;
}

void check(const at::Tensor& from, const at::Tensor& to) {
  if (from.sizes() != to.sizes())
    throw DataError(c10::str("frames of ", from.sizes(), " and ", to.sizes(),
                             " cannot be compared; expected one size"));
  if (from.size(0) < kSmallest || from.size(1) < kSmallest) {
    throw DataError("optical flow needs frames of at least 16x16 pixels, these have " +
                    std::to_string(from.size(1)) + "x" + std::to_string(from.size(0)));
  }
}

// Where p + flow(p) is: x and y, [H,W] each.
std::pair<at::Tensor, at::Tensor> targets(const at::Tensor& flow) {
  const at::Tensor x = flow.select(2, 0) + at::arange(flow.size(1), flow.options());
  const at::Tensor y = flow.select(2, 1) + at::arange(flow.size(0), flow.options()).unsqueeze(1);
  return {x, y};
}

// |∂x f|² + |∂y f|² by forward differences, 0 in the last column and row.
at::Tensor squared_gradient(const at::Tensor& f) {
  at::Tensor sum = at::zeros_like(f);
  const int64_t h = f.size(0) - 1, w = f.size(1) - 1;
  sum.narrow(1, 0, w) += (f.narrow(1, 1, w) - f.narrow(1, 0, w)).square();
  sum.narrow(0, 0, h) += (f.narrow(0, 1, h) - f.narrow(0, 0, h)).square();
  return sum;
}

}  // namespace

at::Tensor optical_flow(const at::Tensor& from, const at::Tensor& to) {
  check(from, to);
  const at::Tensor a = from.contiguous(), b = to.contiguous();
  cv::Mat flow;
  cv::DISOpticalFlow::create(cv::DISOpticalFlow::PRESET_MEDIUM)->calc(luma(a), luma(b), flow);
  return at::from_blob(flow.data, {flow.rows, flow.cols, 2}, at::kFloat).clone();
}

at::Tensor warp(const at::Tensor& image, const at::Tensor& flow) {
  const at::Tensor source = image.contiguous();
  const auto [x, y] = targets(flow);
  const at::Tensor map = at::stack({x, y}, 2).contiguous();
  at::Tensor out = at::empty_like(source);
  const int h = static_cast<int>(image.size(0)), w = static_cast<int>(image.size(1)),
            type = CV_MAKETYPE(CV_32F, static_cast<int>(image.size(2)));
  const cv::Mat in(h, w, type, source.data_ptr<float>()), at(h, w, CV_32FC2, map.data_ptr<float>());
  cv::Mat result(h, w, type, out.data_ptr<float>());
  cv::remap(in, result, at, cv::noArray(), cv::INTER_LINEAR, cv::BORDER_REPLICATE);
  return out;
}

at::Tensor visible(const at::Tensor& forward, const at::Tensor& backward) {
  const at::Tensor back = warp(backward, forward);
  const auto norm = [](const at::Tensor& w) { return w.square().sum(2); };
  const at::Tensor hidden = norm(forward + back) > 0.01 * (norm(forward) + norm(back)) + 0.5;
  const at::Tensor edge =
      squared_gradient(forward.select(2, 0)) + squared_gradient(forward.select(2, 1)) >
      0.01 * norm(forward) + 0.002;
  const auto [x, y] = targets(forward);
  const at::Tensor inside = x.ge(0)
                                .logical_and(x.le(forward.size(1) - 1))
                                .logical_and(y.ge(0))
                                .logical_and(y.le(forward.size(0) - 1));
  return inside.logical_and(hidden.logical_or(edge).logical_not());
}

}  // namespace flowreel
