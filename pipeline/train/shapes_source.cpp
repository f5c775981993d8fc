#include "pipeline/train/shapes_source.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "models/vae/tiling.h"
#include "pipeline/flow/noise.h"
#include "pipeline/train/shapes/caption.h"
#include "pipeline/train/shapes/render.h"

namespace flowreel {
namespace {

std::vector<shapes::Scene> scenes(const ShapesData& data, uint64_t seed, int64_t first,
                                  int64_t count) {
  std::vector<shapes::Scene> drawn;
  for (int64_t i = 0; i < count; ++i)
    drawn.push_back(shapes::draw_scene(seed, static_cast<uint64_t>(first + i), data.grammar));
  return drawn;
}

std::vector<std::string> captions_of(const std::vector<shapes::Scene>& drawn) {
  std::vector<std::string> captions;
  for (const shapes::Scene& scene : drawn) captions.push_back(shapes::caption(scene));
  return captions;
}

Batch clips_of(const ShapesData& data, const std::vector<shapes::Scene>& drawn, at::Device device) {
  return {shapes::render_scenes(drawn, data.frames, data.height, data.width, device),
          captions_of(drawn)};
}

}  // namespace

at::Tensor encode_clips(const HunyuanVae& vae, const at::Tensor& clips) {
  const at::NoGradGuard no_grad;
  const at::Tensor mean = vae_encode(vae, clips, VaeTiling{}).chunk(2, 1)[0];
  return mean.to(at::kFloat) * vae.config().scaling_factor;
}

at::Tensor render_clips(const ShapesData& data, uint64_t seed, int64_t first, int64_t count,
                        at::Device device) {
  return clips_of(data, scenes(data, seed, first, count), device).data;
}

BatchSource shapes_clips(const ShapesData& data, uint64_t seed, int64_t batch, at::Device device) {
  return [=](uint32_t number) {
    return clips_of(data, scenes(data, seed, int64_t{number} * batch, batch), device);
  };
}

BatchSource shapes_latents(const ShapesData& data, uint64_t seed, int64_t batch,
                           const HunyuanVae& vae, at::Device device) {
  return [=, clips = shapes_clips(data, seed, batch, device), &vae](uint32_t number) {
    Batch drawn = clips(number);
    drawn.data = encode_clips(vae, drawn.data);
    return drawn;
  };
}

BatchSource cached_shapes(const ShapesData& data, int64_t batch, uint64_t draw_seed,
                          std::shared_ptr<const LatentCache> cache, at::Device device) {
  return [=](uint32_t number) {
    const at::Tensor indices =
        philox_integers({batch}, cache->count(), draw_seed,
                        substream(Stream::kTraining, static_cast<uint32_t>(Use::kData)), number);
    Batch drawn;
    drawn.data = cache->rows(indices).to(device);
    for (int64_t i = 0; i < batch; ++i) {
      const auto index = static_cast<uint64_t>(indices[i].item<int64_t>());
      drawn.captions.push_back(shapes::caption(shapes::draw_scene(data.seed, index, data.grammar)));
    }
    return drawn;
  };
}

}  // namespace flowreel
