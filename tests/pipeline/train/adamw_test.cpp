#include "pipeline/train/adamw.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "errors/error.h"
#include "tests/pipeline/train/one_parameter.h"

namespace flowreel {
namespace {

// The gradient of sum(scale * x^2) / 2 is scale * x.
void backward(Parameter& p, double scale) { (p.value.square().sum() * (scale / 2)).backward(); }

TEST(AdamW, FollowsTheAlgorithm) {
  const AdamWOptions o = {.beta1 = 0.8, .beta2 = 0.95, .eps = 1e-6, .weight_decay = 0.1};
  Parameter p = one_parameter(at::tensor({1.0f, -2.0f, 0.5f}));
  AdamW optimizer({&p}, o);
  std::vector<double> x = {1.0, -2.0, 0.5}, m(3), v(3);
  for (int step = 1; step <= 5; ++step) {
    const double lr = 0.1 / step;
    backward(p, 3.0);
    optimizer.step(lr);
    optimizer.zero_grad();
    for (size_t i = 0; i < 3; ++i) {
      const double g = 3.0 * x[i];
      x[i] -= lr * o.weight_decay * x[i];
      m[i] = o.beta1 * m[i] + (1 - o.beta1) * g;
      v[i] = o.beta2 * v[i] + (1 - o.beta2) * g * g;
      const double m_hat = m[i] / (1 - std::pow(o.beta1, step));
      const double v_hat = v[i] / (1 - std::pow(o.beta2, step));
      x[i] -= lr * m_hat / (std::sqrt(v_hat) + o.eps);
      EXPECT_NEAR(p.value[i].item<double>(), x[i], 2e-6) << "step " << step;
    }
  }
  EXPECT_EQ(optimizer.steps(), 5);
}

TEST(AdamW, GradientsAddUpUntilTheyAreForgotten) {
  Parameter p = one_parameter(at::ones({2}));
  AdamW optimizer({&p});
  backward(p, 1.0);
  backward(p, 1.0);
  EXPECT_TRUE(at::equal(p.value.grad(), at::full({2}, 2.0f)));
  optimizer.zero_grad();
  EXPECT_FALSE(p.value.grad().defined());
}

TEST(AdamW, LeavesAParameterWithoutGradientAlone) {
  Parameter used = one_parameter(at::ones({2})), unused = one_parameter(at::ones({2}));
  AdamW optimizer({&used, &unused}, {.weight_decay = 0.5});
  backward(used, 1.0);
  optimizer.step(0.1);
  EXPECT_FALSE(at::equal(used.value, at::ones({2})));
  EXPECT_TRUE(at::equal(unused.value, at::ones({2})));
}

TEST(AdamW, ResumesBitForBit) {
  const at::Tensor start = at::linspace(-1, 1, 1000);
  Parameter whole = one_parameter(start), first = one_parameter(start);
  AdamW unbroken({&whole}), before({&first});
  const auto train = [](AdamW& optimizer, Parameter& p, int from, int to) {
    for (int step = from; step < to; ++step) {
      backward(p, 1.0 + step);
      optimizer.step(0.01);
      optimizer.zero_grad();
    }
  };
  train(unbroken, whole, 0, 6);
  train(before, first, 0, 3);
  Parameter second = one_parameter(first.value.detach());
  AdamW after({&second});
  after.restore(before.moments(), before.steps());
  train(before, first, 3, 4);  // what was handed over is a copy
  train(after, second, 3, 6);
  EXPECT_TRUE(at::equal(second.value, whole.value));
}

TEST(AdamW, RefusesUnfitParametersOptionsAndStates) {
  Parameter p = one_parameter(at::ones({2})), half = one_parameter(at::ones({2}, at::kHalf)),
            empty({2});
  EXPECT_THROW(AdamW({&half}), DataError);
  EXPECT_THROW(AdamW({&empty}), DataError);
  EXPECT_THROW(AdamW({&p}, {.beta1 = 1}), UsageError);
  EXPECT_THROW(AdamW({&p}, {.eps = 0}), UsageError);
  EXPECT_THROW(AdamW({&p}, {.weight_decay = -1}), UsageError);
  AdamW optimizer({&p});
  EXPECT_THROW(optimizer.restore({}, 1), DataError);
  EXPECT_THROW(optimizer.restore({{at::ones({3}), at::ones({3})}}, 1), DataError);
}

}  // namespace
}  // namespace flowreel
