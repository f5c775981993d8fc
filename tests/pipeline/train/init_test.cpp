#include "pipeline/train/init.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "errors/error.h"
#include "models/layers/linear.h"

namespace flowreel {
namespace {

// One parameter of each kind, under names as checkpoints have them.
struct Zoo : Module {
  Linear linear{64, 48};
  Parameter conv{{8, 4, 3, 3, 3}}, norm{{16}}, tokens{{200, 32}}, positions{{77, 32}};
  explicit Zoo(bool with_more = false) {
    if (with_more) add("more.weight", more);
    add("proj", linear);
    add("conv.weight", conv);
    add("norm.weight", norm);
    add("model.embed_tokens.weight", tokens);
    add("embeddings.position_embedding.weight", positions);
  }
  Parameter more{{5, 5}};
};

double max_of(const at::Tensor& x) { return x.abs().max().item<double>(); }

TEST(Init, FollowsTheRules) {
  Zoo zoo;
  initialise(zoo, 1);
  const double bound = 1 / std::sqrt(64.0);
  EXPECT_LE(max_of(zoo.linear.weight.value), bound);
  EXPECT_GT(max_of(zoo.linear.weight.value), 0.99 * bound);
  EXPECT_NEAR(zoo.linear.weight.value.std().item<double>(), bound / std::sqrt(3.0), 0.03 * bound);
  EXPECT_NEAR(zoo.linear.weight.value.mean().item<double>(), 0, 0.05 * bound);
  EXPECT_EQ(max_of(zoo.linear.bias.value), 0);
  EXPECT_LE(max_of(zoo.conv.value), 1 / std::sqrt(4.0 * 27));
  EXPECT_GT(max_of(zoo.conv.value), 0.95 / std::sqrt(4.0 * 27));
  EXPECT_TRUE(at::equal(zoo.norm.value, at::ones({16})));
  EXPECT_NEAR(zoo.tokens.value.std().item<double>(), 0.02, 0.001);
  EXPECT_NEAR(zoo.positions.value.std().item<double>(), 0.02, 0.002);
  zoo.visit([](const std::string& name, Parameter& p) {
    EXPECT_EQ(p.value.sizes(), at::IntArrayRef(p.shape)) << name;
    EXPECT_EQ(p.value.scalar_type(), at::kFloat) << name;
  });
}

TEST(Init, DependsOnSeedAndNameAlone) {
  Zoo first, again, with_more(true), other;
  initialise(first, 1);
  initialise(again, 1);
  initialise(with_more, 1);
  initialise(other, 2);
  EXPECT_TRUE(at::equal(first.linear.weight.value, again.linear.weight.value));
  EXPECT_TRUE(at::equal(first.linear.weight.value, with_more.linear.weight.value));
  EXPECT_FALSE(at::equal(first.linear.weight.value, other.linear.weight.value));
  EXPECT_FALSE(at::equal(first.tokens.value.slice(0, 0, 77), first.positions.value));
}

struct Odd : Module {
  Parameter table{{6, 4}};
  Odd() { add("scale_shift_table", table); }
};

TEST(Init, NamesWhatItHasNoRuleFor) {
  Odd odd;
  try {
    initialise(odd, 1);
    FAIL() << "expected an error";
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what()).find("scale_shift_table"), std::string::npos);
  }
}

}  // namespace
}  // namespace flowreel
