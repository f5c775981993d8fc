#include "models/layers/rope.h"

#include <gtest/gtest.h>

#include "tests/models/golden.h"

namespace flowreel {
namespace {

// The frequencies that the published model's axes of 16 and 56 features must have.
TEST(Rope, PublishedFrequencies) {
  const RopeTable table = rope_3d({2, 2, 1}, {16, 56, 56}, 256.0, at::kCPU);
  ASSERT_EQ(table.cos.sizes(), (std::vector<int64_t>{4, 64}));
  const at::Tensor angles = at::atan2(table.sin, table.cos);
  const float along_t[] = {1.0f, 0.5f, 0.25f, 0.125f};
  const float along_h[] = {1.0f, 0.820335329f, 0.672950089f, 0.552044749f};
  for (int i = 0; i < 4; ++i) {
    EXPECT_NEAR(angles[2][i].item<float>(), along_t[i], 1e-6) << i;      // token (t 1, h 0, w 0)
    EXPECT_NEAR(angles[1][8 + i].item<float>(), along_h[i], 1e-6) << i;  // token (t 0, h 1, w 0)
  }
  EXPECT_NEAR(angles[2][7].item<float>(), 0.0078125, 1e-8);
  EXPECT_NEAR(angles[1][35].item<float>(), 0.00476177176, 1e-8);
  EXPECT_EQ(angles[0].abs().sum().item<float>(), 0.0f);
}

// The pass that works in place, the one with a gradient of its own, and the one composed of
// LibTorch's operations, which CUDA takes, are the same function. The composed one is what a tensor
// gets here that is not contiguous.
TEST(Rope, EveryPassIsTheComposedOne) {
  const RopeTable table = rope_3d({2, 3, 2}, {6, 8, 6}, 256.0, at::kCPU);
  RmsNorm video(20, 1e-6), text(20, 1e-6);
  video.weight.value = at::rand({20}) + 0.5;
  text.weight.value = at::rand({20}) + 0.5;
  const at::Tensor x = at::randn({2, 15, 3, 20});
  const at::Tensor spread = at::stack({x, x}, -1).select(-1, 0);
  ASSERT_FALSE(spread.is_contiguous());
  at::Tensor composed, fused;
  {
    const at::AutoGradMode with_graph(true);
    composed = norm_and_rotate(spread, video, text, table);
    fused = norm_and_rotate(x, video, text, table);
  }
  const at::NoGradGuard no_grad;
  EXPECT_CLOSE(fused, composed, 3e-7);
  EXPECT_CLOSE(norm_and_rotate(x.clone(), video, text, table), composed, 3e-7);
}

}  // namespace
}  // namespace flowreel
