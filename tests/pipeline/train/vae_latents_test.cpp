#include "pipeline/train/vae_latents.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <cmath>

#include "errors/error.h"
#include "pipeline/train/draw.h"
#include "pipeline/train/init.h"

namespace flowreel {
namespace {

HunyuanVaeConfig small_config() {
  HunyuanVaeConfig config;
  config.latent_channels = 4;
  config.block_out_channels = {8, 8, 8};
  config.layers_per_block = 1;
  config.norm_num_groups = 2;
  config.spatial_compression_ratio = 4;
  return config;
}

TEST(VaeLatents, StatisticsAreThoseOfEachChannel) {
  const at::Tensor scale = at::tensor({2.0, 0.25}), shift = at::tensor({-3.0, 7.0});
  const at::Tensor normal = Draw{1, 2}.normal({3, 2, 4, 20, 20}, Use::kData).to(at::kDouble);
  const ChannelStatistics found =
      channel_statistics(normal * scale.view({2, 1, 1, 1}) + shift.view({2, 1, 1, 1}));
  EXPECT_TRUE(at::allclose(found.mean, shift, 0, 0.1)) << found.mean;
  EXPECT_TRUE(at::allclose(found.std, scale, 0.05, 0)) << found.std;
}

TEST(VaeLatents, StandardisedChannelsAreOfVarianceOneAndClipsStay) {
  const at::NoGradGuard no_grad;
  HunyuanVae vae(small_config());
  initialise(vae, 3);
  const at::Tensor clips = Draw{1, 2}.uniform({2, 3, 5, 32, 32}, Use::kData) * 2 - 1;
  const auto moments = [&] { return vae.encode_tile(clips).chunk(2, 1); };
  const auto before = moments();
  const at::Tensor decoded = vae.decode_tile(before[0]);
  const ChannelStatistics statistics = channel_statistics(before[0]);
  EXPECT_GT((statistics.std.max() / statistics.std.min()).item<double>(), 1.1);

  standardise(vae, statistics);
  const auto after = moments();
  const ChannelStatistics now = channel_statistics(after[0]);
  EXPECT_TRUE(at::allclose(now.mean, at::zeros_like(now.mean), 0, 1e-4)) << now.mean;
  EXPECT_TRUE(at::allclose(now.std, at::ones_like(now.std), 1e-4, 0)) << now.std;
  EXPECT_TRUE(at::allclose(vae.decode_tile(after[0]), decoded, 1e-4, 1e-4));
  // The posterior is as narrow as before, measured in latents.
  const at::Tensor factor = statistics.std.to(at::kFloat).view({1, -1, 1, 1, 1});
  EXPECT_TRUE(at::allclose((after[1] / 2).exp() * factor, (before[1] / 2).exp(), 1e-4, 1e-6));
}

TEST(VaeLatents, AChannelThatNeverChangesIsAnError) {
  HunyuanVae vae(small_config());
  initialise(vae, 3);
  for (const double std : {0.0, 1e-6, std::nan("")}) {
    const at::Tensor stds = at::tensor({1.0, 1.0, std, 1.0}, at::kDouble);
    try {
      standardise(vae, {at::zeros({4}, at::kDouble), stds});
      ADD_FAILURE() << std;
    } catch (const DataError& error) {
      EXPECT_NE(std::string(error.what()).find("channel 2"), std::string::npos) << error.what();
    }
  }
}

}  // namespace
}  // namespace flowreel
