// AutoencoderKLHunyuanVideo against diffusers, on its default path.
#include "models/vae/hunyuan_vae.h"
#include "models/vae/tiling.h"
#include "tests/models/golden.h"
#include "tests/models/vae/clips.h"

namespace flowreel {
namespace {

using VaeParity = GoldenTest;

TEST_P(VaeParity, Encode) {
  const auto vae = golden_.model().load_vae(HunyuanVae::Part::kEncoder, {at::kFloat, at::kCPU});
  const auto parts =
      vae_encode(*vae, unit_clip(golden_.tensor("encoded", "input")), {}).chunk(2, 1);
  EXPECT_CLOSE(parts[0], golden_.tensor("encoded", "mean"), kEncodeBound);
  EXPECT_CLOSE(parts[1].clamp(-30.0, 20.0), golden_.tensor("encoded", "logvar"), kEncodeBound);
}

TEST_P(VaeParity, Decode) {
  const auto vae = golden_.model().load_vae(HunyuanVae::Part::kDecoder, {at::kFloat, at::kCPU});
  EXPECT_CLOSE(decoded_frames(*vae, golden_.tensor("encoded", "mean"), {}),
               golden_.tensor("reconstructed", "frames"), kDecodeBound);
}

TEST_P(VaeParity, OtherTypesStayNear) {
  const auto vae = golden_.model().load_vae(HunyuanVae::Part::kDecoder, {at::kBFloat16, at::kCPU});
  const at::Tensor z = golden_.tensor("encoded", "mean").to(at::kBFloat16);
  EXPECT_LE(relative_l2(decoded_frames(*vae, z, {}), golden_.tensor("reconstructed", "frames")),
            0.15);
}

INSTANTIATE_TEST_SUITE_P(Golden, VaeParity, ::testing::ValuesIn(golden_names()), golden_case_name);

TEST(HunyuanVae, PublishedModelHasThePublishedParameters) {
  HunyuanVae published{HunyuanVaeConfig{}};
  int64_t tensors = 0;
  published.visit([&tensors](const std::string&, Parameter&) { ++tensors; });
  EXPECT_EQ(published.parameter_count(), 246'478'803);
  EXPECT_EQ(tensors, 248);
}

}  // namespace
}  // namespace flowreel
