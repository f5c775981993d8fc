#include "pipeline/flow/schedule.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <string>

#include "errors/error.h"

namespace flowreel {
namespace {

// Golden values of this file: diffusers 0.42.1,
// FlowMatchEulerDiscreteScheduler.set_timesteps(sigmas=...).

std::vector<float> sigmas_of(const std::vector<double>& times) {
  std::vector<float> sigmas;
  for (double t : times) {
    const double sigma = 1.0 - t;
    EXPECT_EQ(sigma, static_cast<float>(sigma)) << "not exactly a float32";
    sigmas.push_back(static_cast<float>(sigma));
  }
  return sigmas;
}

std::vector<uint32_t> sigma_bits(const ScheduleOptions& options) {
  std::vector<uint32_t> bits;
  for (float sigma : sigmas_of(schedule_times(options))) {
    bits.push_back(std::bit_cast<uint32_t>(sigma));
  }
  return bits;
}

std::string message_of(const ScheduleOptions& options) {
  try {
    schedule_times(options);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Schedule, Shift7Of6Steps) {
  const std::vector<float> expected = {1.f,         0.97222215f, 0.9333334f, 0.875f,
                                       0.77777785f, 0.5833334f,  0.f};
  EXPECT_EQ(sigmas_of(schedule_times({.steps = 6, .shift = 7.0})), expected);
}

TEST(Schedule, TheQuadraticGridIsDenserAtTheNoise) {
  const std::vector<float> plain = {1.f, 0.9375f, 0.75f, 0.4375f, 0.f};
  EXPECT_EQ(sigmas_of(schedule_times({.steps = 4, .grid = TimeGrid::kQuadratic})), plain);
  std::vector<float> shifted;
  for (const float s : plain) shifted.push_back(3.0f * s / (1.0f + 2.0f * s));
  EXPECT_EQ(sigmas_of(schedule_times({.steps = 4, .grid = TimeGrid::kQuadratic, .shift = 3})),
            shifted);
}

TEST(Schedule, Shift7Of30Steps) {
  const std::vector<float> expected = {
      1.f,         0.99509805f, 0.989899f,  0.984375f,  0.97849464f, 0.97222215f, 0.9655172f,
      0.9583334f,  0.95061725f, 0.9423078f, 0.9333334f, 0.9236111f,  0.91304344f, 0.9015151f,
      0.8888889f,  0.875f,      0.8596491f, 0.8425926f, 0.82352936f, 0.8020833f,  0.77777785f,
      0.75f,       0.71794873f, 0.6805555f, 0.6363636f, 0.5833334f,  0.5185185f,  0.4375f,
      0.33333334f, 0.19444445f, 0.f};
  EXPECT_EQ(sigmas_of(schedule_times({.steps = 30, .shift = 7.0})), expected);
}

TEST(Schedule, Shift7Of50Steps) {
  const std::vector<float> expected = {
      1.f,         0.997093f,   0.99408287f, 0.9909639f,  0.9877301f,  0.984375f,   0.98089176f,
      0.97727275f, 0.9735099f,  0.96959454f, 0.9655172f,  0.96126765f, 0.9568345f,  0.95220596f,
      0.9473684f,  0.9423078f,  0.9370079f,  0.9314517f,  0.9256198f,  0.9194915f,  0.91304344f,
      0.90625f,    0.89908254f, 0.8915094f,  0.88349515f, 0.875f,      0.8659794f,  0.85638297f,
      0.84615386f, 0.83522725f, 0.82352936f, 0.81097555f, 0.7974683f,  0.7828948f,  0.7671233f,
      0.75f,       0.73134327f, 0.7109375f,  0.68852454f, 0.6637931f,  0.6363636f,  0.6057693f,
      0.57142854f, 0.5326087f,  0.48837206f, 0.4375f,     0.37837836f, 0.30882353f, 0.22580644f,
      0.125f,      0.f};
  EXPECT_EQ(sigmas_of(schedule_times({.steps = 50, .shift = 7.0})), expected);
}

TEST(Schedule, DynamicShift) {
  const ScheduleOptions exponential = {.steps = 10, .dynamic = true, .mu = 1.15};
  EXPECT_EQ(sigma_bits(exponential),
            (std::vector<uint32_t>{0x3f800000, 0x3f774cae, 0x3f6d38c3, 0x3f61694e, 0x3f53612f,
                                   0x3f426f4f, 0x3f2d908a, 0x3f1339f2, 0x3ee1e4ef, 0x3e84ff0e, 0}));
  ScheduleOptions linear = exponential;
  linear.dynamic_shift = DynamicShift::kLinear;
  EXPECT_EQ(sigma_bits(linear),
            (std::vector<uint32_t>{0x3f800000, 0x3f6971e7, 0x3f524925, 0x3f3a7f6b, 0x3f220e18,
                                   0x3f08ee23, 0x3ede304c, 0x3ea90893, 0x3e64a902, 0x3de80a17, 0}));
  ScheduleOptions stretched = exponential;
  stretched.shift_terminal = 0.1;
  EXPECT_EQ(sigma_bits(stretched),
            (std::vector<uint32_t>{0x3f800000, 0x3f756bfb, 0x3f692b44, 0x3f5acf4a, 0x3f49bfec,
                                   0x3f3525d9, 0x3f1bc602, 0x3ef78076, 0x3ea425ae, 0x3dccccd0, 0}));
}

TEST(Schedule, MuFollowsTheSequenceLength) {
  EXPECT_EQ(dynamic_shift_mu(256), 0.5);
  EXPECT_EQ(dynamic_shift_mu(1024), 0.63);
  EXPECT_EQ(dynamic_shift_mu(4096), 1.15);
  EXPECT_EQ(dynamic_shift_mu(118800), 20.566041666666663);
  EXPECT_THROW(dynamic_shift_mu(256, {.base_seq_len = 4096}), UsageError);
}

TEST(Schedule, ExplicitSigmasAreShiftedToo) {
  EXPECT_EQ(sigma_bits({.shift = 7.0, .sigmas = {1.0, 0.83, 0.51, 0.27}}),
            (std::vector<uint32_t>{0x3f800000, 0x3f78b8f0, 0x3f611a7c, 0x3f38abf8, 0}));
}

TEST(Schedule, OneStepGoesAllTheWay) {
  EXPECT_EQ(schedule_times({.steps = 1, .shift = 7.0}), (std::vector<double>{0.0, 1.0}));
}

TEST(Schedule, ErrorsNameTheValue) {
  const auto has = [](const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos ? "" : text + " lacks " + part;
  };
  EXPECT_EQ(has(message_of({.steps = 0}), "steps is 0"), "");
  EXPECT_EQ(has(message_of({.shift = -2.0}), "flow shift is -2"), "");
  EXPECT_EQ(has(message_of({.shift = NAN}), "flow shift is nan"), "");
  EXPECT_EQ(has(message_of({.dynamic = true}), "mu of dynamic shifting is nan"), "");
  EXPECT_EQ(has(message_of({.dynamic = true, .dynamic_shift = DynamicShift::kLinear, .mu = -1}),
                "mu of linear dynamic shifting is -1"),
            "");
  EXPECT_EQ(has(message_of({.shift_terminal = 1.0}), "shift_terminal is 1"), "");
  EXPECT_EQ(has(message_of({.steps = 1, .shift_terminal = 0.1}), "use more steps"), "");
  EXPECT_EQ(has(message_of({.sigmas = {1.0, 0.5, 0.75}}), "sigma 2 is 0.75"), "");
  EXPECT_EQ(has(message_of({.sigmas = {1.0, 0.5, 0.5}}), "sigma 2 is 0.5"), "");
  EXPECT_EQ(has(message_of({.sigmas = {1.25, 0.5}}), "sigma 0 is 1.25"), "");
  EXPECT_EQ(has(message_of({.sigmas = {1.0, 0.0}}), "sigma 1 is 0"), "");
  EXPECT_EQ(has(message_of({.sigmas = {1.0, NAN}}), "sigma 1 is nan"), "");
  // Two that differ in double and not in float32.
  EXPECT_EQ(has(message_of({.sigmas = {1.0, 0.5, 0.5 - 1e-12}}), "shifted sigma 2 is 0.5"), "");
}

TEST(Strength, LeavesOutTheFirstSteps) {
  const std::vector<double> times = schedule_times({.steps = 10, .shift = 7.0});
  const auto first = [&](double strength) {
    const std::vector<double> rest = times_from_strength(times, strength);
    EXPECT_EQ(rest.back(), 1.0);
    EXPECT_EQ(rest.front(), times[times.size() - rest.size()]);
    return 10 - (static_cast<int>(rest.size()) - 1);
  };
  EXPECT_EQ(first(1.0), 0);
  EXPECT_EQ(first(0.9), 1);  // and not 0, which 10 * (1 - 0.9) would give
  EXPECT_EQ(first(0.55), 4);
  EXPECT_EQ(first(0.3), 7);
  EXPECT_EQ(first(0.01), 9);
  EXPECT_EQ(first(0.0), 10);
}

TEST(Strength, RejectsWhatIsOutOfRange) {
  EXPECT_THROW(times_from_strength({0.0, 1.0}, 1.5), UsageError);
  EXPECT_THROW(times_from_strength({0.0, 1.0}, -0.1), UsageError);
  EXPECT_THROW(times_from_strength({0.0, 1.0}, NAN), UsageError);
  EXPECT_THROW(times_from_strength({}, 0.5), UsageError);
}

}  // namespace
}  // namespace flowreel
