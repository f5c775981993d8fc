#include "pipeline/flow/path.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "errors/error.h"
#include "tests/pipeline/flow/bits.h"

namespace flowreel {
namespace {

const at::Tensor kNoise = at::tensor({-1.5f, 0.25f, 2.0f});
const at::Tensor kData = at::tensor({0.5f, -0.75f, 4.0f});

TEST(Path, RunsFromNoiseToDataAlongTheVelocity) {
  EXPECT_TRUE(at::equal(interpolate(kNoise, kData, 0.0), kNoise));
  EXPECT_TRUE(at::equal(interpolate(kNoise, kData, 1.0), kData));
  EXPECT_TRUE(at::equal(interpolate(kNoise, kData, 0.25), at::tensor({-1.0f, 0.0f, 2.5f})));
  EXPECT_TRUE(at::equal(velocity_target(kNoise, kData), at::tensor({2.0f, -1.0f, 2.0f})));
}

TEST(Path, VelocityLeadsToBothEnds) {
  const at::Tensor x_t = interpolate(kNoise, kData, 0.25);
  const at::Tensor v = velocity_target(kNoise, kData);
  EXPECT_TRUE(at::equal(data_from_velocity(x_t, v, 0.25), kData));
  EXPECT_TRUE(at::equal(noise_from_velocity(x_t, v, 0.25), kNoise));
}

TEST(Path, InterpolatesEverySampleAtItsOwnTime) {
  const at::Tensor x_0 = at::zeros({2, 3, 1, 1});
  const at::Tensor x_1 = at::ones({2, 3, 1, 1});
  const at::Tensor x_t = interpolate(x_0, x_1, at::tensor({0.25f, 0.75f}));
  EXPECT_TRUE(at::equal(x_t[0], at::full({3, 1, 1}, 0.25f)));
  EXPECT_TRUE(at::equal(x_t[1], at::full({3, 1, 1}, 0.75f)));
}

// diffusers 0.42.1: FlowMatchEulerDiscreteScheduler(shift=7), 6 steps, begin index 2, scale_noise
// of x_1 = (arange(16) - 7.5) / 4 with noise x_0 = 0.3 x_1^2 - 1.
TEST(Path, HasTheBitsOfDiffusersScaleNoise) {
  const at::Tensor x_1 = (at::arange(16, at::kFloat) - 7.5) / 4;
  const at::Tensor x_0 = x_1 * x_1 * 0.3 - 1;
  const double sigma = 0.9333333969116211;
  const std::vector<uint32_t> expected = {0xbd977767, 0xbe9ac5f6, 0xbefdc28c, 0xbf2769cf,
                                          0xbf46fc96, 0xbf5d999a, 0xbf6b40db, 0xbf6ff25a,
                                          0xbf6bae16, 0xbf5e740f, 0xbf484446, 0xbf291eba,
                                          0xbf01036b, 0xbe9fe4b4, 0xbdaf5c38, 0x3e34443c};
  EXPECT_EQ(bits_of(interpolate(x_0, x_1, 1.0 - sigma)), expected);
}

TEST(Path, TimestepIsAFloat32Product) {
  EXPECT_EQ(std::bit_cast<uint32_t>(timestep_of_sigma(1.0)), 0x447a0000u);
  EXPECT_EQ(std::bit_cast<uint32_t>(timestep_of_sigma(0.997093f)), 0x447945f4u);
  EXPECT_EQ(std::bit_cast<uint32_t>(timestep_of_sigma(0.9909639f)), 0x4477bdb0u);
}

TEST(Path, NetworkOfNoiseMinusDataBecomesAVelocity) {
  double seen = -1;
  const Velocity velocity = velocity_from_noise_minus_data([&](const at::Tensor& x, double sigma) {
    seen = sigma;
    return x * 2;
  });
  EXPECT_TRUE(at::equal(velocity(kData, 0.25), kData * -2));
  EXPECT_EQ(seen, 0.75);
}

TEST(Path, RejectsShapesThatWouldBroadcast) {
  EXPECT_THROW(interpolate(kNoise, at::ones({1}), 0.5), UsageError);
  EXPECT_THROW(velocity_target(kNoise, at::ones({2, 3})), UsageError);
  EXPECT_THROW(interpolate(kNoise, kData, at::ones({2})), UsageError);
  EXPECT_THROW(interpolate(kNoise, kData, at::ones({3, 1})), UsageError);
}

}  // namespace
}  // namespace flowreel
