#include "pipeline/train/shapes_set.h"

#include <ATen/ATen.h>

#include "pipeline/train/content_hash.h"
#include "pipeline/train/shapes/caption.h"
#include "pipeline/train/shapes/render.h"

namespace flowreel {
namespace {

class ShapesSet : public ClipSet {
 public:
  ShapesSet(const DataOptions& data, uint64_t seed, at::Device device)
      : data_(data), seed_(seed), device_(device) {}

  int64_t count() const override { return 0; }

  at::Tensor clips(const ClipNumbers& numbers) const override {
    std::vector<shapes::Scene> scenes;
    for (int64_t number : numbers) scenes.push_back(scene(number));
    return shapes::render_scenes(scenes, data_.frames, data_.height, data_.width, device_);
  }

  std::string caption(int64_t number) const override { return shapes::caption(scene(number)); }

  std::string identity(int64_t number) const override {
    if (look_.empty()) look_ = look();
    return "shapes-" + look_ + "-" + std::to_string(number);
  }

 private:
  shapes::Scene scene(int64_t number) const {
    return shapes::draw_scene(seed_, static_cast<uint64_t>(number), data_.shapes.grammar);
  }

  // Of all options and of the first clips, so that a renderer that draws otherwise is another set.
  std::string look() const {
    const shapes::ShapesOptions& grammar = data_.shapes.grammar;
    ContentHash hash;
    hash.add(&seed_, sizeof seed_);
    hash.add(at::tensor(grammar.count_weights)).add(at::tensor(grammar.background_weights));
    hash.add(&grammar.pan_probability, sizeof grammar.pan_probability);
    for (shapes::Motion motion : grammar.motions) hash.add(&motion, sizeof motion);
    hash.add(&grammar.split, sizeof grammar.split);
    return hash.add(clips({0, 1, 2, 3, 4, 5, 6, 7})).hex();
  }

  DataOptions data_;
  uint64_t seed_;
  at::Device device_;
  mutable std::string look_;  // worked out when first asked for
};

}  // namespace

ClipSets shapes_clips(const DataOptions& data, at::Device device) {
  return {std::make_shared<ShapesSet>(data, data.shapes.seed, device),
          std::make_shared<ShapesSet>(data, data.shapes.seed + 1, device)};
}

}  // namespace flowreel
