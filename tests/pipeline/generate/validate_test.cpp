// What is refused before anything is opened.
#include "pipeline/generate/validate.h"

#include "pipeline/flow/solver.h"
#include "tests/pipeline/generate/run.h"

namespace flowreel {
namespace {

using Change = std::function<void(GenerateOptions&)>;

std::string refused(const std::vector<Change>& changes) {
  GenerateOptions options;
  for (const Change& change : changes) change(options);
  return error_text<UsageError>([&] { validate(options); });
}

const Change kInput = [](GenerateOptions& o) { o.input = "a.mp4"; };
const Change kFirstFrame = [](GenerateOptions& o) { o.first_frame = "a.png"; };
const Change kFrom = [](GenerateOptions& o) { o.from_latents = "a.safetensors"; };
const Change kInitial = [](GenerateOptions& o) { o.initial_latents = "a.safetensors"; };

TEST(Validate, DefaultsAreFine) {
  validate({});
  EXPECT_EQ(task_name({}), "t2v");
}

TEST(Validate, ThingsThatExcludeEachOther) {
  expect_contains(refused({kInput, kFirstFrame}), {"--input", "--first-frame", "exclude"});
  expect_contains(refused({kFrom, kInput}), {"--from-latents", "--input", "exclude"});
  expect_contains(refused({kFrom, kFirstFrame}), {"--from-latents", "--first-frame"});
  expect_contains(refused({kFrom, kInitial}), {"--from-latents", "--initial-latents"});
  expect_contains(refused({kFrom, [](GenerateOptions& o) { o.size.num_frames = 9; }}),
                  {"--from-latents", "--num-frames"});
}

TEST(Validate, ThingsThatGoTogether) {
  for (const Change& start : {kInput, kFirstFrame}) {
    GenerateOptions options;
    start(options);
    kInitial(options);
    EXPECT_NO_THROW(validate(options));
  }
}

TEST(Validate, WhatWouldHaveNoEffect) {
  const Change rescale = [](GenerateOptions& o) { o.sampling.cfg_rescale = 0.5; };
  const Change interval = [](GenerateOptions& o) { o.sampling.cfg_interval = {0.2, 0.8}; };
  const Change tolerance = [](GenerateOptions& o) { o.sampling.tolerance = 1e-3; };
  expect_contains(refused({rescale}), {"--cfg-rescale has no effect with --cfg-scale 1"});
  expect_contains(refused({interval}), {"--cfg-interval has no effect with --cfg-scale 1"});
  expect_contains(refused({tolerance}), {"--tolerance has no effect with --solver euler"});
  GenerateOptions options;
  for (const Change& change : {rescale, interval, tolerance}) change(options);
  options.sampling.cfg_scale = 3;
  options.sampling.solver = "dopri5";
  EXPECT_NO_THROW(validate(options));
  options.sampling.cfg_interval = {0.8, 0.2};
  expect_contains(error_text<UsageError>([&] { validate(options); }), {"0.8 to 0.2", "rise"});
}

TEST(Validate, Inversion) {
  const Change invert = [](GenerateOptions& o) { o.invert = true; };
  const Change source = [](GenerateOptions& o) { o.source_prompt = "a cat"; };
  expect_contains(refused({invert}), {"--invert needs --input"});
  expect_contains(refused({source}), {"--source-prompt", "--invert"});
  expect_contains(refused({invert, kInput, kInitial}), {"--invert", "--initial-latents"});
  for (const Solver& solver : solvers()) {
    const Change solved = [&](GenerateOptions& o) { o.sampling.solver = solver.name; };
    if (solver.goes_back) {
      GenerateOptions options;
      for (const Change& change : {invert, source, kInput, solved}) change(options);
      EXPECT_NO_THROW(validate(options)) << solver.name;
    } else {
      expect_contains(refused({invert, kInput, solved}), {solver.name, "noise to data", "rk4"});
    }
  }
}

TEST(Validate, Ranges) {
  for (const double strength : {-0.1, 1.1, std::nan("")})
    expect_contains(refused({[=](GenerateOptions& o) { o.strength = strength; }}),
                    {"--strength is", "expected 0", "to 1"});
  expect_contains(refused({[](GenerateOptions& o) { o.sampling.cfg_scale = -1; }}),
                  {"--cfg-scale is -1"});
  expect_contains(refused({[](GenerateOptions& o) { o.sampling.embedded_guidance_scale = 1e9; }}),
                  {"--embedded-guidance-scale is 1000000000"});
}

TEST(Validate, NegativePromptNeedsGuidance) {
  const Change negative = [](GenerateOptions& o) { o.negative_prompt = "blurry"; };
  expect_contains(refused({negative}), {"--negative-prompt", "--cfg-scale 1", "above 1"});
  GenerateOptions options;
  negative(options);
  options.sampling.cfg_scale = 2;
  EXPECT_NO_THROW(validate(options));
}

TEST(Validate, TaskNames) {
  GenerateOptions v2v, i2v, decode;
  kInput(v2v);
  kFirstFrame(i2v);
  kFrom(decode);
  EXPECT_EQ(task_name(v2v), "v2v");
  EXPECT_EQ(task_name(i2v), "i2v");
  EXPECT_EQ(task_name(decode), "decode");
}

}  // namespace
}  // namespace flowreel
