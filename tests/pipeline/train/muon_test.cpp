#include "pipeline/train/muon.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "errors/error.h"
#include "pipeline/train/draw.h"
#include "tests/pipeline/train/one_parameter.h"

namespace flowreel {
namespace {

at::Tensor gaussian(at::IntArrayRef shape) { return Draw{5, 1}.normal(shape, Use::kData); }

TEST(Muon, SingularValuesComeOutNearOne) {
  for (const auto& [rows, columns] : {std::pair{48, 48}, {24, 96}, {96, 24}, {1, 7}}) {
    const at::Tensor matrix = gaussian({rows, columns}) * 1e-4;
    // Of several each is treated as if it were alone, whatever its size.
    const at::Tensor both = near_orthogonal(at::stack({matrix, gaussian({rows, columns}).flip(0)}));
    const at::Tensor result = both[0];
    ASSERT_EQ(result.sizes(), matrix.sizes());
    const auto [u, s, vh] = at::linalg_svd(matrix, /*full_matrices=*/false);
    // The same singular vectors: u^T result v is diagonal, with the new singular values.
    const at::Tensor values = at::mm(at::mm(u.t(), result), vh.t());
    const at::Tensor rest = values - at::diag(values.diagonal());
    EXPECT_LT(rest.abs().max().item<double>(), 2e-3) << rows << "x" << columns;
    const at::Tensor large = values.diagonal().masked_select(s > 0.02 * s.norm());
    EXPECT_GT(large.min().item<double>(), 0.6) << rows << "x" << columns;
    EXPECT_LT(large.max().item<double>(), 1.2) << rows << "x" << columns;
  }
}

TEST(Muon, FollowsTheAlgorithm) {
  const MuonOptions o = {.momentum = 0.8, .weight_decay = 0.1};
  Parameter p = one_parameter(gaussian({6, 3}));
  Parameter twin = one_parameter(gaussian({6, 3}).neg());  // of the same shape, another matrix
  Muon optimizer({{"blocks.1.weight", &twin}, {"blocks.0.weight", &p}}, o);
  at::Tensor x = p.value.detach().clone(), m = at::zeros({6, 3});
  for (int step = 1; step <= 4; ++step) {
    const double lr = 0.1 / step;
    const at::Tensor gradient = gaussian({6, 3}) + step;
    p.value.mutable_grad() = gradient.clone();
    twin.value.mutable_grad() = gradient.square();
    optimizer.step(lr);
    m = 0.8 * m + 0.2 * gradient;
    const at::Tensor ahead = 0.2 * gradient + 0.8 * m;
    x = x - lr * (0.2 * std::sqrt(6.0) * near_orthogonal(ahead.unsqueeze(0))[0] + 0.1 * x);
    EXPECT_LT((p.value - x).abs().max().item<double>(), 1e-6) << "step " << step;
  }
}

TEST(Muon, LeavesAParameterWithoutGradientAlone) {
  Parameter p = one_parameter(at::ones({2, 2}));
  Muon optimizer({{"blocks.0.weight", &p}}, {.weight_decay = 0.5});
  optimizer.step(0.1);
  EXPECT_TRUE(at::equal(p.value, at::ones({2, 2})));
}

TEST(Muon, IsForTheMatricesOfBlocks) {
  Parameter matrix = one_parameter(at::ones({2, 2})), vector = one_parameter(at::ones({2}));
  EXPECT_TRUE(
      is_hidden_matrix({"transformer.single_transformer_blocks.0.proj_out.weight", &matrix}));
  EXPECT_TRUE(is_hidden_matrix({"text_encoder.layers.1.mlp.up_proj.weight", &matrix}));
  EXPECT_FALSE(is_hidden_matrix({"text_encoder.layers.1.input_layernorm.weight", &vector}));
  EXPECT_FALSE(is_hidden_matrix({"text_encoder.embed_tokens.weight", &matrix}));
  EXPECT_FALSE(is_hidden_matrix({"transformer.proj_out.weight", &matrix}));
}

TEST(Muon, RefusesUnfitParametersAndOptions) {
  Parameter matrix = one_parameter(at::ones({2, 2})), vector = one_parameter(at::ones({2}));
  EXPECT_THROW(Muon({{"vector", &vector}}), DataError);
  EXPECT_THROW(Muon({{"matrix", &matrix}}, {.momentum = 1}), UsageError);
  EXPECT_THROW(Muon({{"matrix", &matrix}}, {.weight_decay = -1}), UsageError);
}

}  // namespace
}  // namespace flowreel
