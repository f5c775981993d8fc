#include "pipeline/train/vae_objective.h"

#include "pipeline/train/adamw.h"
#include "pipeline/train/parameters.h"
#include "tests/models/golden.h"

namespace flowreel {
namespace {

class VaeObjective : public ::testing::TestWithParam<std::string> {
 protected:
  Golden golden_{GetParam()};
};

TEST_P(VaeObjective, TheAutoencoderLearnsAClip) {
  const auto vae = golden_.model().load_vae(HunyuanVae::Part::kBoth, {at::kFloat, at::kCPU});
  NamedParameters parameters;
  append_trainable(parameters, *vae, "vae.");
  AdamW optimizer(without_names(parameters), {});
  const Objective objective = vae_objective(*vae, {});
  const at::Tensor ramp = at::linspace(-1, 1, 16);
  const Batch batch{(ramp.view({1, 1, 1, 1, 16}) * ramp.view({1, 1, 1, 16, 1}))
                        .expand({1, 3, 5, 16, 16})
                        .contiguous(),
                    {}};
  double first = 0, last = 0;
  for (uint32_t step = 0; step < 30; ++step) {
    optimizer.zero_grad();
    const Loss loss = objective(batch, Draw{1, step});
    loss.total.backward();
    optimizer.step(3e-3);
    (step == 0 ? first : last) = loss.total.item<double>();
  }
  EXPECT_LT(last, 0.7 * first);
  for (const auto& [name, parameter] : parameters)
    EXPECT_TRUE(parameter->value.grad().defined()) << name;
}

TEST_P(VaeObjective, LatentNoiseReachesTheDecoder) {
  const at::NoGradGuard no_grad;
  const auto vae = golden_.model().load_vae(HunyuanVae::Part::kBoth, {at::kFloat, at::kCPU});
  const Batch batch{Draw{3, 4}.uniform({1, 3, 5, 16, 16}, Use::kData) * 2 - 1, {}};
  const auto l1 = [&](double noise) {
    VaeObjectiveOptions options;
    options.latent_noise = noise;
    const Loss loss = vae_objective(*vae, options)(batch, Draw{1, 2});
    return loss.terms.at(0).second;
  };
  EXPECT_EQ(l1(0), l1(1e-12));
  EXPECT_NE(l1(0), l1(0.5));
}

INSTANTIATE_TEST_SUITE_P(Golden, VaeObjective, ::testing::ValuesIn(golden_names()),
                         golden_case_name);

TEST(GradientDifference, SeesWhatAMeanDoesNot) {
  const at::Tensor flat = at::zeros({1, 3, 5, 8, 8});
  EXPECT_EQ(gradient_difference(flat, flat + 0.5, 3).item<double>(), 0);
  at::Tensor flicker = flat.clone();
  flicker.select(2, 2).fill_(1);  // two of the four differences in time are 1, none in space
  EXPECT_NEAR(gradient_difference(flat, flicker, 1).item<double>(), 0.5 / 3, 1e-6);
}

TEST(FlickerDifference, SeesWhatComesAndGoes) {
  const at::Tensor flat = at::zeros({1, 3, 5, 8, 8});
  at::Tensor drifting = flat + at::arange(5).view({1, 1, 5, 1, 1});
  EXPECT_EQ(flicker_difference(flat, drifting).item<double>(), 0);
  drifting.select(2, 2) += 1;  // of the three middle frames one is off by 1, two by a half
  EXPECT_NEAR(flicker_difference(flat, drifting).item<double>(), 2.0 / 3, 1e-6);
  EXPECT_EQ(flicker_difference(flat.narrow(2, 0, 1), drifting.narrow(2, 0, 1)).item<double>(), 0);
}

}  // namespace
}  // namespace flowreel
