// Tiled encode and decode against diffusers, in time, in space and both; and the geometry's own
// rules.
#include "models/vae/tiling.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "errors/error.h"
#include "tests/models/golden.h"
#include "tests/models/vae/clips.h"

namespace flowreel {
namespace {

struct TilingCase {
  std::string name;
  int64_t frames, height, width;
  VaeTiling tiling;
  std::array<int64_t, 3> stored_every;  // frames, rows, columns
};

std::vector<TilingCase> read_cases(const Golden& golden) {
  std::vector<TilingCase> cases;
  if (!golden.has_file("tiling/cases.json")) return cases;
  std::ifstream in(golden.path("tiling/cases.json"));
  for (const auto& c : nlohmann::json::parse(in)["cases"]) {
    const auto& t = c["tile"];
    const auto& every = c["stored_every"];
    cases.push_back({c["name"],
                     c["num_frames"],
                     c["height"],
                     c["width"],
                     {c["spatial_tiling"], t["min_height"], t["min_width"], t["min_num_frames"],
                      t["stride_height"], t["stride_width"], t["stride_num_frames"]},
                     {every["frames"], every["height"], every["width"]}});
  }
  return cases;
}

// input[t,y,x,c] = (3x + 5y + 11t + 60c + (xy div 7) + (x(t+1) div 3)) mod 256, as cases.json says.
at::Tensor formula_clip(const TilingCase& c) {
  const at::Tensor t = at::arange(c.frames).view({-1, 1, 1, 1}),
                   y = at::arange(c.height).view({1, -1, 1, 1});
  const at::Tensor x = at::arange(c.width).view({1, 1, -1, 1}),
                   ch = at::arange(3).view({1, 1, 1, -1});
  const at::Tensor sum = 3 * x + 5 * y + 11 * t + 60 * ch + at::floor_divide(x * y, 7) +
                         at::floor_divide(x * (t + 1), 3);
  return at::remainder(sum, 256).to(at::kByte);
}

at::Tensor every(const at::Tensor& x, int64_t dim, int64_t step) {
  return x.slice(dim, 0, x.size(dim), step);
}

using TilingParity = GoldenTest;

TEST_P(TilingParity, EncodeAndDecode) {
  const auto vae = golden_.model().load_vae(HunyuanVae::Part::kBoth, {at::kFloat, at::kCPU});
  for (const TilingCase& c : read_cases(golden_)) {
    SCOPED_TRACE(c.name);
    const std::string file = "tiling/" + c.name;
    const auto parts = vae_encode(*vae, unit_clip(formula_clip(c)), c.tiling).chunk(2, 1);
    EXPECT_CLOSE(parts[0], golden_.tensor(file, "mean"), kEncodeBound);
    EXPECT_CLOSE(parts[1].clamp(-30.0, 20.0), golden_.tensor(file, "logvar"), kEncodeBound);
    const at::Tensor frames = decoded_frames(*vae, golden_.tensor(file, "latents"), c.tiling);
    EXPECT_EQ(frames.size(0), c.frames);
    const at::Tensor stored = every(
        every(every(frames, 0, c.stored_every[0]), 2, c.stored_every[1]), 3, c.stored_every[2]);
    EXPECT_CLOSE(stored, golden_.tensor(file, "frames"), kDecodeBound);
  }
}

INSTANTIATE_TEST_SUITE_P(Golden, TilingParity, ::testing::ValuesIn(golden_names()),
                         golden_case_name);

TEST(VaeTiling, CanBeCancelledWithinATile) {
  const auto vae = Golden(std::filesystem::path(FLOWREEL_TEST_DATA) / "golden" / "tiny")
                       .model()
                       .load_vae(HunyuanVae::Part::kBoth, {});
  int asked = 0;
  const Breakpoint third = [&asked] {
    if (++asked == 3) throw Interrupted("enough");
  };
  const at::Tensor latents = at::zeros({1, vae->config().latent_channels, 2, 2, 2});
  EXPECT_THROW(vae_decode(
                   *vae, latents, {}, [](const at::Tensor&) {}, third),
               Interrupted);
  asked = 0;
  EXPECT_THROW(vae_encode(*vae, at::zeros({1, 3, 5, 16, 16}), {}, third), Interrupted);
}

TEST(VaeTiling, StridesAndTilesAreChecked) {
  const HunyuanVaeConfig config;
  EXPECT_NO_THROW(check_tiling({}, config));
  VaeTiling uneven;
  uneven.tile_width = 250;
  EXPECT_THROW(check_tiling(uneven, config), UsageError);
  VaeTiling gaps;
  gaps.stride_height = 264;
  EXPECT_THROW(check_tiling(gaps, config), UsageError);
  VaeTiling none;
  none.stride_frames = 0;
  EXPECT_THROW(check_tiling(none, config), UsageError);
}

}  // namespace
}  // namespace flowreel
