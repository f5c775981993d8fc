// Golden pipelines under tests/data/golden (or under FLOWREEL_GOLDEN, for pipelines made with other
// random sizes) and the comparison that parity is measured with.
#pragma once

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "models/model_dir.h"
#include "models/weights/safetensors.h"

namespace flowreel {

inline std::filesystem::path golden_root() {
  const char* elsewhere = std::getenv("FLOWREEL_GOLDEN");
  return elsewhere != nullptr ? elsewhere : std::string(FLOWREEL_TEST_DATA) + "/golden";
}

// Names of the pipelines, at least one.
inline std::vector<std::string> golden_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(golden_root())) {
    if (std::filesystem::exists(entry.path() / "model" / "model_index.json"))
      names.push_back(entry.path().filename());
  }
  return names;
}

// One golden pipeline: its model directory and the tensors of its files.
class Golden {
 public:
  explicit Golden(const std::string& name)
      : folder_(golden_root() / name), model_((folder_ / "model").string()) {}

  const ModelDirectory& model() const { return model_; }
  std::string path(const std::string& file) const { return (folder_ / file).string(); }
  bool has_file(const std::string& file) const { return std::filesystem::exists(folder_ / file); }
  at::Tensor tensor(const std::string& file, const std::string& name) const {
    return SafetensorsFile(path(file + ".safetensors")).read(name);
  }
  bool has(const std::string& file, const std::string& name) const {
    return SafetensorsFile(path(file + ".safetensors")).tensors().count(name) != 0;
  }

 private:
  std::filesystem::path folder_;
  ModelDirectory model_;
};

// |a - b| / |b| in double.
inline double relative_l2(const at::Tensor& a, const at::Tensor& b) {
  if (a.sizes() != b.sizes()) return std::numeric_limits<double>::infinity();
  const at::Tensor x = a.to(at::kDouble), y = b.to(at::kDouble);
  return ((x - y).norm() / y.norm()).item<double>();
}

// Bounds of float32 against float32. Two valid runs of the reference itself differ by up to 1.6e-6
// in the decoder and 1e-6 elsewhere; the smallest mistake (a wrong epsilon) is above every bound.
inline constexpr double kTextBound = 2e-6, kVelocityBound = 2e-6, kPooledBound = 1e-6;
inline constexpr double kEncodeBound = 3e-6, kDecodeBound = 5e-6, kStepsBound = 1e-5;

#define EXPECT_CLOSE(actual, expected, bound)                                   \
  do {                                                                          \
    const double difference = ::flowreel::relative_l2(actual, expected);        \
    EXPECT_LE(difference, bound) << #actual " against " #expected;              \
    ::testing::Test::RecordProperty("relative_l2", std::to_string(difference)); \
  } while (false)

// Tests over every golden pipeline.
class GoldenTest : public ::testing::TestWithParam<std::string> {
 protected:
  Golden golden_{GetParam()};
  at::NoGradGuard no_grad_;
};

inline std::string golden_case_name(const ::testing::TestParamInfo<std::string>& info) {
  return info.param;
}

}  // namespace flowreel
