// The fused functions against the same formulas written with LibTorch's own operations in float64,
// values and gradients.
#include "models/layers/fused/fused.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <functional>
#include <limits>

#include "models/layers/attention.h"
#include "models/layers/rope.h"
#include "pipeline/train/autocast.h"

namespace flowreel {
namespace {

constexpr double kEps = 1e-6;

using Function = std::function<at::Tensor(const std::vector<at::Tensor>&)>;

at::Tensor gaussian(at::IntArrayRef shape, uint64_t seed) {
  at::manual_seed(seed);
  return at::randn(shape);
}

std::vector<at::ScalarType> of_all(const std::vector<at::Tensor>& values, at::ScalarType type) {
  return std::vector<at::ScalarType>(values.size(), type);
}

std::vector<at::Tensor> leaves(const std::vector<at::Tensor>& values,
                               const std::vector<at::ScalarType>& types) {
  std::vector<at::Tensor> out;
  for (size_t i = 0; i < values.size(); ++i)
    out.push_back(values[i].to(types[i], /*non_blocking=*/false, /*copy=*/true).requires_grad_());
  return out;
}

// The value of f, then its gradients by every input, for a random gradient by the value.
std::vector<at::Tensor> value_and_gradients(const Function& f, std::vector<at::Tensor> inputs) {
  const at::Tensor value = f(inputs);
  const at::Tensor weights = gaussian(value.sizes(), 77).to(value.scalar_type());
  (value * weights).sum().backward();
  std::vector<at::Tensor> out = {value.detach()};
  for (const at::Tensor& input : inputs) out.push_back(input.grad());
  return out;
}

double relative_error(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor wide = a.to(at::kDouble), reference = b.to(at::kDouble);
  return ((wide - reference).norm() / reference.norm()).item<double>();
}

// Inputs are rounded to bfloat16 first, so that every type sees the same. types: of each input.
void expect_same(const Function& fused, const Function& plain, std::vector<at::Tensor> inputs,
                 const std::vector<at::ScalarType>& types, double bound) {
  for (at::Tensor& input : inputs) input = input.to(at::kBFloat16);
  const auto actual = value_and_gradients(fused, leaves(inputs, types));
  const auto expected = value_and_gradients(plain, leaves(inputs, of_all(inputs, at::kDouble)));
  for (size_t i = 0; i < actual.size(); ++i) {
    ASSERT_EQ(actual[i].sizes(), expected[i].sizes()) << "output " << i;
    EXPECT_LT(relative_error(actual[i], expected[i]), bound) << "output " << i << " in " << types;
  }
}

void expect_same_in_both_types(const Function& fused, const Function& plain,
                               const std::vector<at::Tensor>& inputs) {
  expect_same(fused, plain, inputs, of_all(inputs, at::kFloat), 1e-6);
  expect_same(fused, plain, inputs, of_all(inputs, at::kBFloat16), 8e-3);
}

// Sizes that are no multiple of a vector's.
std::vector<at::Tensor> tokens_and_two_rows() {
  return {gaussian({3, 21, 37}, 1) * 2 + 0.5, gaussian({3, 37}, 2), gaussian({3, 37}, 3)};
}

TEST(Fused, ModulatedLayerNorm) {
  expect_same_in_both_types(
      [](const auto& in) { return fused::modulated_layer_norm(in[0], in[1], in[2], kEps); },
      [](const auto& in) {
        return at::layer_norm(in[0], {37}, {}, {}, kEps) * (in[1].unsqueeze(1) + 1) +
               in[2].unsqueeze(1);
      },
      tokens_and_two_rows());
}

TEST(Fused, AddGated) {
  const Function fused = [](const auto& in) { return fused::add_gated(in[0], in[1], in[2]); };
  const Function plain = [](const auto& in) { return in[0] + in[1] * in[2].unsqueeze(1); };
  const std::vector<at::Tensor> inputs = {gaussian({3, 21, 37}, 1), gaussian({3, 21, 37}, 2),
                                          gaussian({3, 37}, 3)};
  expect_same_in_both_types(fused, plain, inputs);
  // As under autocast: the residual stream stays float32.
  expect_same(fused, plain, inputs, {at::kFloat, at::kBFloat16, at::kBFloat16}, 8e-3);
}

TEST(Fused, ModulatedLayerNormGivesAutocastsType) {
  const Function fused = [](const auto& in) {
    const Autocast autocast(true, at::kCPU);
    const at::Tensor y = fused::modulated_layer_norm(in[0], in[1], in[2], kEps);
    EXPECT_EQ(y.scalar_type(), at::kBFloat16);
    return y;
  };
  const Function plain = [](const auto& in) {
    return at::layer_norm(in[0], {37}, {}, {}, kEps) * (in[1].unsqueeze(1) + 1) +
           in[2].unsqueeze(1);
  };
  expect_same(fused, plain, tokens_and_two_rows(), {at::kFloat, at::kBFloat16, at::kBFloat16},
              8e-3);
}

TEST(Fused, GeluTanh) {
  const Function plain = [](const auto& in) { return at::gelu(in[0], "tanh"); };
  const Function fused = [](const auto& in) { return fused::gelu_tanh(in[0]); };
  expect_same_in_both_types(fused, plain, {gaussian({4, 37}, 1) * 3});
  const at::Tensor far = at::tensor({-1e30f, -40.0f, -10.0f, 0.0f, 10.0f, 1e10f});
  const at::Tensor ends = fused::gelu_tanh(far);
  EXPECT_TRUE(at::allclose(ends, at::tensor({0.0f, 0.0f, 0.0f, 0.0f, 10.0f, 1e10f}), 1e-6, 1e-20));
}

TEST(Fused, NormAndRotate) {
  const RopeTable table = rope_3d({1, 2, 2}, {2, 4, 4}, 256.0, at::kCPU);  // 4 of 7 tokens
  const Function fused = [&](const auto& in) {
    return fused::norm_and_rotate(in[0], {in[1], in[2], kEps, 2 * kEps, table.cos, table.sin});
  };
  const Function plain = [&](const auto& in) {
    const at::Tensor x = in[0], video = x.narrow(1, 0, 4), text = x.narrow(1, 4, 3);
    const auto rms = [](const at::Tensor& y, const at::Tensor& weight, double eps) {
      return y * at::rsqrt(y.square().mean(-1, true) + eps) * weight;
    };
    const at::Tensor pairs = rms(video, in[1], kEps).unflatten(-1, {-1, 2});
    const at::Tensor a = pairs.select(-1, 0), b = pairs.select(-1, 1);
    const at::Tensor cos = table.cos.to(x.scalar_type()).unsqueeze(1),
                     sin = table.sin.to(x.scalar_type()).unsqueeze(1);
    const at::Tensor turned = at::stack({a * cos - b * sin, b * cos + a * sin}, -1).flatten(-2);
    return at::cat({turned, rms(text, in[2], 2 * kEps)}, 1);
  };
  expect_same_in_both_types(fused, plain,
                            {gaussian({3, 7, 2, 10}, 1), gaussian({10}, 2), gaussian({10}, 3)});
}

TEST(Fused, Attention) {
  const at::Tensor mask = at::ones({2, 19}, at::kBool);
  mask.narrow(0, 1, 1).narrow(1, 11, 8).fill_(false);
  for (const at::Tensor& key_mask : {at::Tensor(), mask}) {
    const Function fused = [&](const auto& in) {
      return fused::attention(in[0], in[1], in[2], key_mask);
    };
    const Function plain = [&](const auto& in) {
      const auto by_head = [](const at::Tensor& x) { return x.transpose(1, 2); };
      at::Tensor scores =
          at::matmul(by_head(in[0]), by_head(in[1]).transpose(2, 3)) / std::sqrt(10.0);
      if (key_mask.defined())
        scores = scores.masked_fill(key_mask.logical_not().unsqueeze(1).unsqueeze(1), -1e300);
      return at::matmul(at::softmax(scores, -1), by_head(in[2])).transpose(1, 2).flatten(2);
    };
    expect_same(
        fused, plain,
        {gaussian({2, 23, 3, 10}, 1), gaussian({2, 19, 3, 10}, 2), gaussian({2, 19, 3, 10}, 3)},
        {at::kBFloat16, at::kBFloat16, at::kBFloat16}, 2e-2);
  }
}

// Short texts go another way than long clips; both are attention.
TEST(Fused, AttentionUnderAutocastIsAttention) {
  for (const int64_t tokens : {40, 300}) {
    const at::Tensor mask = at::ones({2, tokens}, at::kBool);
    mask.narrow(0, 1, 1).narrow(1, 31, 9).fill_(false);
    for (const at::Tensor& key_mask : {at::Tensor(), mask}) {
      const std::vector<at::Tensor> inputs = {gaussian({2, tokens, 3, 16}, 1),
                                              gaussian({2, tokens, 3, 16}, 2),
                                              gaussian({2, tokens, 3, 16}, 3)};
      const Function plain = [&](const auto& in) {
        return attention(in[0], in[1], in[2], /*causal=*/false, key_mask);
      };
      const Function under_autocast = [&](const auto& in) {
        const Autocast autocast(true, at::kCPU);
        return plain(in);
      };
      expect_same(under_autocast, plain, inputs, of_all(inputs, at::kBFloat16), 2e-2);
    }
  }
}

TEST(Fused, DoesNotDependOnTheNumberOfThreads) {
  const auto run = [](int threads) {
    at::set_num_threads(threads);
    auto results = value_and_gradients(
        [](const auto& in) { return fused::modulated_layer_norm(in[0], in[1], in[2], kEps); },
        leaves(tokens_and_two_rows(), {at::kFloat, at::kFloat, at::kFloat}));
    const RopeTable table = rope_3d({1, 1, 5}, {2, 2, 2}, 256.0, at::kCPU);
    const auto more = value_and_gradients(
        [&](const auto& in) {
          return fused::norm_and_rotate(in[0], {in[1], in[2], kEps, kEps, table.cos, table.sin});
        },
        leaves({gaussian({5, 9, 4, 6}, 1), gaussian({6}, 2), gaussian({6}, 3)},
               {at::kFloat, at::kFloat, at::kFloat}));
    results.insert(results.end(), more.begin(), more.end());
    return results;
  };
  const int before = at::get_num_threads();
  const auto one = run(1), two = run(2);
  at::set_num_threads(before);
  for (size_t i = 0; i < one.size(); ++i) EXPECT_TRUE(at::equal(one[i], two[i])) << i;
}

TEST(Fused, RoundsAsLibTorchDoesAndKeepsWhatIsNotANumber) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float loud = std::bit_cast<float>(0x7FFFFFFFu), infinite = 1 / 0.0f;
  const at::Tensor x = at::tensor({1.0f, 1.00390625f, 1.01171875f, -3.4e38f, 1e-40f, infinite});
  const at::Tensor ends = at::tensor({nan, loud, -nan, 1.0f, 1.0f, 1.0f});
  const auto through = [](const at::Tensor& y) {  // 0 + y · 1, written as bfloat16
    const at::Tensor start = at::zeros({1, 1, 6}, at::kBFloat16);
    return fused::add_gated(start, y.view({1, 1, 6}), at::ones({1, 6})).flatten();
  };
  EXPECT_TRUE(at::equal(through(x), x.to(at::kBFloat16)));
  EXPECT_TRUE(at::equal(through(ends).isnan(), ends.isnan()));
}

TEST(Fused, TakesWhatItsKernelsAreWrittenFor) {
  const at::Tensor x = at::ones({2, 3, 4});
  EXPECT_TRUE(fused::takes(x));
  EXPECT_TRUE(fused::takes(x.to(at::kBFloat16)));
  EXPECT_FALSE(fused::takes(x.to(at::kDouble)));
  EXPECT_FALSE(fused::takes(x.transpose(0, 1)));
  const at::NoGradGuard no_grad;
  EXPECT_FALSE(fused::takes(x));
}

}  // namespace
}  // namespace flowreel
