#include "pipeline/train/pairing.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "errors/error.h"
#include "pipeline/flow/noise.h"

namespace flowreel {
namespace {

double cost_of(const at::Tensor& cost, const std::vector<int64_t>& assignment) {
  double sum = 0;
  for (size_t i = 0; i < assignment.size(); ++i) {
    sum += cost.index({static_cast<int64_t>(i), assignment[i]}).item<double>();
  }
  return sum;
}

double brute_force(const at::Tensor& cost) {
  std::vector<int64_t> order(cost.size(0));
  std::iota(order.begin(), order.end(), 0);
  double best = INFINITY;
  do {
    best = std::min(best, cost_of(cost, order));
  } while (std::next_permutation(order.begin(), order.end()));
  return best;
}

void expect_permutation(std::vector<int64_t> order) {
  std::sort(order.begin(), order.end());
  for (size_t i = 0; i < order.size(); ++i) EXPECT_EQ(order[i], static_cast<int64_t>(i));
}

TEST(Pairing, IsAsGoodAsTheBestOfAllPermutations) {
  for (uint32_t trial = 0; trial < 40; ++trial) {
    const int64_t n = 1 + trial % 6;
    // Signs, ties and a spread of sizes.
    at::Tensor cost = philox_normal({n, n}, 1, Stream::kTraining, trial).to(at::kDouble);
    if (trial % 3 == 0) cost = at::round(2 * cost);
    if (trial % 5 == 0) cost = cost * 1e6;
    const std::vector<int64_t> found = optimal_assignment(cost);
    expect_permutation(found);
    EXPECT_NEAR(cost_of(cost, found), brute_force(cost),
                1e-9 * (1 + cost.abs().max().item<double>()))
        << "trial " << trial;
  }
}

// On a line the sorted order is optimal: a check at a size that brute force cannot reach.
TEST(Pairing, SortsOnALine) {
  const at::Tensor a = philox_normal({300}, 1).to(at::kDouble);
  const at::Tensor b = philox_normal({300}, 2).to(at::kDouble) * 2 + 1;
  const at::Tensor cost = (a.unsqueeze(1) - b.unsqueeze(0)).square();
  const double best = (std::get<0>(a.sort()) - std::get<0>(b.sort())).square().sum().item<double>();
  EXPECT_NEAR(cost_of(cost, optimal_assignment(cost)), best, 1e-9);
}

TEST(Pairing, MovesTheNoiseToItsNearestData) {
  const at::Tensor x_1 = at::randn({16, 2, 3}) * 10;
  const at::Tensor shuffled = (x_1 + 0.01).index_select(0, at::randperm(16));
  EXPECT_TRUE(at::allclose(pair_noise_with_data(shuffled, x_1), x_1 + 0.01));
}

TEST(Pairing, EmptyAndOne) {
  EXPECT_TRUE(optimal_assignment(at::empty({0, 0})).empty());
  EXPECT_EQ(optimal_assignment(at::ones({1, 1})), std::vector<int64_t>{0});
}

TEST(Pairing, RefusesUnfitCosts) {
  EXPECT_THROW(optimal_assignment(at::ones({2, 3})), UsageError);
  EXPECT_THROW(optimal_assignment(at::full({2, 2}, NAN)), NumericsError);
  EXPECT_THROW(pair_noise_with_data(at::ones({2, 3}), at::ones({3, 3})), UsageError);
}

}  // namespace
}  // namespace flowreel
