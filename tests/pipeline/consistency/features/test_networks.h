// Networks made for tests, of closed form.
#pragma once

#include <ATen/ATen.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/consistency/features/feature_models.h"

namespace flowreel::test {

inline FeatureInput vbench_dino() {
  return {224, false, false, {0.485, 0.456, 0.406}, {0.229, 0.224, 0.225}};
}

inline FeatureInput vbench_clip() {
  return {
      224, true, true, {0.48145466, 0.4578275, 0.40821073}, {0.26862954, 0.26130258, 0.27577711}};
}

// The values of a frame as they came, 0..1, when the shorter side has `size` pixels.
inline FeatureInput plain(int64_t size) { return {size, false, false, {0, 0, 0}, {1, 1, 1}}; }

inline std::shared_ptr<const FeatureModel> model_of(FeatureRole role, FeatureNetwork network,
                                                    const FeatureInput& input = {}) {
  FeatureModel model;
  model.file.role = role;
  model.file.path = "networks/" + std::string(role_name(role)) + ".pt";
  model.file.sha256 = std::string(64, 'a');
  model.file.input = input;
  model.network = std::move(network);
  return std::make_shared<const FeatureModel>(std::move(model));
}

// What the first pixel of a frame is, R G B in 0..1 for a plain() input.
inline at::Tensor first_pixel(const std::vector<at::Tensor>& inputs) {
  return inputs.at(0).select(3, 0).select(2, 0).clone();
}

}  // namespace flowreel::test
