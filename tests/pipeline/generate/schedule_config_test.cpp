#include "pipeline/generate/schedule_config.h"

#include "models/weights/config.h"
#include "tests/pipeline/generate/run.h"

namespace flowreel {
namespace {

ScheduleOptions schedule_of(const std::string& config, const SamplingOptions& sampling = {}) {
  const std::vector<int64_t> shape{1, 16, 3, 60, 90};
  return schedule_options(ModelConfig::from_text(config, "scheduler_config.json"), sampling, {},
                          shape);
}

TEST(ScheduleConfig, ShiftOfTheFileUnlessGiven) {
  SamplingOptions sampling;
  sampling.steps = 7;
  EXPECT_EQ(schedule_of(R"({"shift": 3.5})", sampling).shift, 3.5);
  EXPECT_EQ(schedule_of("{}", sampling).shift, 1.0);
  EXPECT_EQ(schedule_of("{}", sampling).steps, 7);
  EXPECT_EQ(schedule_of(R"({"shift_terminal": 0.1})").shift_terminal, 0.1);
  EXPECT_EQ(schedule_of(R"({"shift_terminal": null})").shift_terminal, 0.0);
  sampling.flow_shift = 9;
  EXPECT_EQ(schedule_of(R"({"shift": 3.5})", sampling).shift, 9);
  EXPECT_FALSE(schedule_of(R"({"use_dynamic_shifting": true})", sampling).dynamic);
}

// 3 · 30 · 45 = 4050 tokens on the line through (256, 0.5) and (4096, 1.15).
TEST(ScheduleConfig, DynamicShift) {
  const ScheduleOptions schedule = schedule_of(R"({"use_dynamic_shifting": true})");
  EXPECT_TRUE(schedule.dynamic);
  EXPECT_EQ(schedule.dynamic_shift, DynamicShift::kExponential);
  EXPECT_NEAR(schedule.mu, 0.5 + (4050 - 256) * 0.65 / 3840, 1e-12);
  EXPECT_EQ(
      schedule_of(R"({"use_dynamic_shifting": true, "time_shift_type": "linear"})").dynamic_shift,
      DynamicShift::kLinear);
  expect_contains(error_text<DataError>([] {
                    schedule_of(R"({"use_dynamic_shifting": true, "time_shift_type": "cubic"})");
                  }),
                  {"time_shift_type", "cubic", "linear"});
}

TEST(ScheduleConfig, WhatWouldChangeTheSigmasIsRefused) {
  for (const std::string key : {"invert_sigmas", "use_karras_sigmas", "use_exponential_sigmas",
                                "use_beta_sigmas", "stochastic_sampling"}) {
    EXPECT_NO_THROW(schedule_of("{\"" + key + "\": false}"));
    expect_contains(error_text<DataError>([&] { schedule_of("{\"" + key + "\": true}"); }),
                    {"scheduler_config.json", key, "expected false"});
  }
  for (const char* bad : {R"({"shift": 0})", R"({"shift": "7"})", R"({"shift_terminal": 1.5})",
                          R"({"num_train_timesteps": 100})"})
    EXPECT_THROW(schedule_of(bad), DataError) << bad;
}

}  // namespace
}  // namespace flowreel
