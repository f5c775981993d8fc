#include "pipeline/train/vae_init.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <cmath>

#include "pipeline/train/init.h"
#include "pipeline/train/shapes/drawing.h"
#include "pipeline/train/shapes/render.h"

namespace flowreel {
namespace {

HunyuanVaeConfig narrow(int64_t width) {
  HunyuanVaeConfig config;
  config.latent_channels = 4;
  config.block_out_channels = {width, width, width, width};
  config.layers_per_block = 1;
  config.norm_num_groups = 2;
  return config;
}

double error(const at::Tensor& x, const at::Tensor& y) {
  return (x - y).square().mean().item<double>();
}

double correlation(const at::Tensor& x, const at::Tensor& y) {
  return at::corrcoef(at::stack({x.flatten(), y.flatten()}))[0][1].item<double>();
}

TEST(VaeInit, AnUntrainedAutoencoderGivesACoarseCopy) {
  const at::NoGradGuard no_grad;
  std::vector<shapes::Scene> scenes;
  for (uint64_t i = 0; i < 4; ++i) scenes.push_back(shapes::draw_scene(1, i));
  const at::Tensor clips = shapes::render_scenes(scenes, 5, 64, 64, at::kCPU);

  HunyuanVae vae(narrow(16));
  initialise(vae, 3);
  const auto reconstruction = [&] {
    return vae.decode_tile(vae.encode_tile(clips).chunk(2, 1)[0]);
  };
  EXPECT_LT(std::abs(correlation(clips, reconstruction())), 0.4);
  initialise_as_copy(vae);
  EXPECT_GT(correlation(clips, reconstruction()), 0.6);
  const at::Tensor logvar = vae.encode_tile(clips).chunk(2, 1)[1];
  EXPECT_LT(logvar.max().item<double>(), -7);
}

TEST(VaeInit, InflatedItTreatsEveryFrameAsAnImage) {
  const at::NoGradGuard no_grad;
  HunyuanVaeConfig config = narrow(8);
  config.mid_block_add_attention = false;  // sees all frames so far; so do norms, over equal ones
  HunyuanVae vae(config);
  initialise(vae, 3);
  initialise_as_copy(vae);
  const at::Tensor image = shapes::render_scenes({shapes::draw_scene(1, 0)}, 1, 32, 32, at::kCPU);
  const at::Tensor still = image.expand({1, 3, 5, 32, 32});
  const auto reconstruction = [&](const at::Tensor& x) {
    return vae.decode_tile(vae.encode_tile(x).chunk(2, 1)[0]);
  };
  const at::Tensor before = reconstruction(image);
  inflate(vae);
  EXPECT_TRUE(at::allclose(reconstruction(image), before, 1e-4, 1e-5));
  EXPECT_TRUE(at::allclose(reconstruction(still), before.expand_as(still), 1e-3, 1e-4));
  // Of a clip whose last frames differ, the first latent and so the first frame know nothing.
  const at::Tensor moving = still.clone();
  moving.narrow(2, 1, 4).mul_(-1);
  const at::Tensor latents = vae.encode_tile(moving), flipped = vae.encode_tile(-still);
  EXPECT_LT(error(latents.select(2, 1), flipped.select(2, 1)),
            0.2 * flipped.square().mean().item<double>());
}

TEST(VaeInit, ATooNarrowOneIsLeftAlone) {
  HunyuanVae vae(narrow(4));
  initialise(vae, 3);
  std::vector<at::Tensor> before;
  vae.visit([&](const std::string&, Parameter& p) { before.push_back(p.value.clone()); });
  initialise_as_copy(vae);
  size_t i = 0;
  vae.visit([&](const std::string& name, Parameter& p) {
    EXPECT_TRUE(p.value.equal(before[i++])) << name;
  });
}

}  // namespace
}  // namespace flowreel
