#include "pipeline/consistency/features/feature_answer.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <new>
#include <numeric>

#include "errors/error.h"
#include "errors/quote.h"

namespace flowreel {
namespace {

constexpr int kMultiple = 8;  // of RAFT's frames

[[noreturn]] void fail(const FeatureModel& model, const std::string& what) {
  throw DataError("network " + quote(model.file.path) + " (" + role_name(model.file.role) + ") " +
                  what);
}

std::string shape_text(const at::Tensor& t) {
  std::string text;
  for (const int64_t size : t.sizes()) text += (text.empty() ? "" : ",") + std::to_string(size);
  return "[" + text + "]";
}

// As float32 on the CPU, contiguous. `fits` says whether its shape is what `expected` describes.
template <class Fits>
at::Tensor ask(const FeatureModel& model, const std::vector<at::Tensor>& inputs,
               const std::string& expected, Fits fits) {
  at::Tensor answer;
  try {
    answer = model.network(inputs);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    fail(model, "fails for " + shape_text(inputs[0]) + ": " + error.what());
  }
  if (!answer.defined() || answer.is_complex() || !fits(answer))
    fail(model, "answers with " + (answer.defined() ? shape_text(answer) : "nothing") + " for " +
                    shape_text(inputs[0]) + ", expected " + expected);
  answer = answer.to(at::kCPU, at::kFloat).contiguous();
  if (!at::isfinite(answer).all().item<bool>())
    fail(model, "answers with a value that is not finite for " + shape_text(inputs[0]));
  return answer;
}

// Pixels that are missing to the next multiple.
int missing(int side) { return (kMultiple - side % kMultiple) % kMultiple; }

at::Tensor padded(const cv::Mat& rgb) {
  const int across = missing(rgb.cols), down = missing(rgb.rows);
  return at::replication_pad2d(levels_of(rgb),
                               {across / 2, across - across / 2, down / 2, down - down / 2});
}

}  // namespace

Feature feature_of(const FeatureModel& model, const cv::Mat& rgb) {
  const c10::InferenceMode inference;
  const at::Tensor answer =
      ask(model, {input_of(rgb, model.file.input)}, "[1,D]",
          [](const at::Tensor& t) { return t.dim() == 2 && t.size(0) == 1 && t.size(1) >= 1; });
  const auto* values = answer.const_data_ptr<float>();
  std::vector<double> feature(values, values + answer.numel());
  const double square = std::inner_product(feature.begin(), feature.end(), feature.begin(), 0.0);
  if (square > 0) {
    for (double& value : feature) value /= std::sqrt(square);
  }
  return std::make_shared<const std::vector<double>>(std::move(feature));
}

double cosine(const Feature& a, const Feature& b) {
  if (a->size() != b->size())
    throw DataError("features of " + std::to_string(a->size()) + " and " +
                    std::to_string(b->size()) + " numbers cannot be compared; expected one length");
  return std::clamp(std::inner_product(a->begin(), a->end(), b->begin(), 0.0), -1.0, 1.0);
}

cv::Mat padded_flow(const FeatureModel& model, const cv::Mat& from, const cv::Mat& to) {
  const c10::InferenceMode inference;
  const at::Tensor one = padded(from), other = padded(to);
  const int64_t height = one.size(2), width = one.size(3);
  const std::string expected = "[1,2," + std::to_string(height) + "," + std::to_string(width) + "]";
  const at::Tensor answer = ask(model, {one, other}, expected, [&](const at::Tensor& t) {
    return t.dim() == 4 && t.size(0) == 1 && t.size(1) == 2 && t.size(2) == height &&
           t.size(3) == width;
  });
  const at::Tensor pairs = answer[0].permute({1, 2, 0}).contiguous();
  const auto* values = pairs.const_data_ptr<float>();
  cv::Mat flow(static_cast<int>(height), static_cast<int>(width), CV_32FC2);
  std::copy(values, values + pairs.numel(), flow.ptr<float>());
  return flow;
}

cv::Mat flow_of(const FeatureModel& model, const cv::Mat& from, const cv::Mat& to) {
  const cv::Rect inside(missing(from.cols) / 2, missing(from.rows) / 2, from.cols, from.rows);
  return padded_flow(model, from, to)(inside).clone();
}

double distance_of(const FeatureModel& model, const cv::Mat& a, const cv::Mat& b) {
  const c10::InferenceMode inference;
  const auto signed_units = [](const cv::Mat& rgb) { return levels_of(rgb) / 127.5 - 1; };
  const at::Tensor answer = ask(model, {signed_units(a), signed_units(b)}, "one number",
                                [](const at::Tensor& t) { return t.numel() == 1; });
  const double distance = answer.item<float>();
  if (distance < 0)
    fail(model, "answers with " + number_text(distance) + ", expected no less than 0");
  return distance;
}

}  // namespace flowreel
