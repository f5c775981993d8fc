#include "pipeline/evaluate/evaluate.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "codecs/reader.h"
#include "pipeline/evaluate/clips.h"
#include "pipeline/train/shapes/caption.h"
#include "tests/pipeline/generate/run.h"

namespace flowreel {
namespace {

SizeOptions size(int64_t width, int64_t height, int64_t frames) {
  return {width, height, frames, {}};
}

EvaluateOptions on_tiny_model(int64_t prompts) {
  const GenerateOptions quick = quick_options("");
  EvaluateOptions options;
  options.model = quick.model;
  options.prompts = prompts;
  options.size = size(32, 32, 5);
  options.sampling.steps = 2;
  options.compute = quick.compute;
  return options;
}

TEST(Evaluate, GroundTruthIsRight) {
  EvaluateOptions options;
  options.maker = ClipMaker::kRenderer;
  options.prompts = 12;
  options.size = size(64, 64, 17);
  int64_t observed = 0, reported = 0;
  Events events;
  events.progress = [&](const Progress& p) { reported = p.done; };
  const auto clips = evaluate(options, events, [&](const at::Tensor& frames, const JudgedClip&) {
    EXPECT_EQ(frames.sizes(), (std::vector<int64_t>{17, 64, 64, 3}));
    ++observed;
  });
  EXPECT_EQ(observed, 12);
  EXPECT_EQ(reported, 12);
  for (const JudgedClip& clip : clips) {
    EXPECT_TRUE(clip.verdict.all()) << clip.caption << " | " << describe(clip.seen);
    EXPECT_EQ(clip.caption, shapes::caption(clip.scene));
    const shapes::Shape& shape = clip.scene.shapes[0];
    EXPECT_TRUE(shapes::held_out(shape.kind, shape.colour, shape.motion));
  }
  const std::vector<Rate> found = rates(clips);
  ASSERT_EQ(found.size(), 5U);
  EXPECT_EQ(found[4].property, "all four");
  EXPECT_EQ(found[4].right, 12);
  EXPECT_NEAR(found[4].interval.low, 0.7575, 1e-4);
}

// Networks that are loaded once make the clips of `generate`, to the bit.
TEST(Evaluate, ClipsAreThoseOfGenerate) {
  const ScratchFolder scratch;
  const EvaluateOptions options = on_tiny_model(3);
  std::vector<at::Tensor> seen;
  const auto clips = evaluate(options, {}, [&](const at::Tensor& frames, const JudgedClip& clip) {
    EXPECT_FALSE(clip.verdict.all());
    seen.push_back(frames);
  });
  ASSERT_EQ(seen.size(), 3U);
  GenerateOptions one = quick_options(scratch / "clip.mkv");
  one.prompt = clips[2].caption;
  one.size = options.size;
  one.sampling = options.sampling;
  one.sampling.seed = options.seed + 2;
  one.output.codec = "ffv1";
  one.output.allow_blank = true;
  generate(one, {});
  EXPECT_TRUE(at::equal(seen[2], read_clip(one.output.path)));
  EXPECT_FALSE(at::equal(seen[1], seen[2]));
}

TEST(Evaluate, GuidanceIsThatOfGenerate) {
  const ScratchFolder scratch;
  EvaluateOptions options = on_tiny_model(1);
  options.sampling.cfg_scale = 3;
  at::Tensor seen;
  const auto clips =
      evaluate(options, {}, [&](const at::Tensor& frames, const JudgedClip&) { seen = frames; });
  GenerateOptions one = quick_options(scratch / "clip.mkv");
  one.prompt = clips[0].caption;
  one.size = options.size;
  one.sampling = options.sampling;
  one.sampling.seed = options.seed;
  one.output.codec = "ffv1";
  one.output.allow_blank = true;
  generate(one, {});
  EXPECT_TRUE(at::equal(seen, read_clip(one.output.path)));
}

TEST(Evaluate, ProgressIsThatOfAllClips) {
  std::map<std::string, Progress> last;
  Events events;
  events.progress = [&](const Progress& p) { last[p.stage] = p; };
  evaluate(on_tiny_model(2), events);
  EXPECT_EQ(last.at("text").done, 2);
  EXPECT_EQ(last.at("sample").done, 4);
  EXPECT_EQ(last.at("sample").total, 4);
  EXPECT_EQ(last.at("decode").done, 2);
}

TEST(Evaluate, StopsWhenAsked) {
  Events events;
  events.stop_requested = [] { return true; };
  EXPECT_THROW(evaluate(on_tiny_model(2), events), Interrupted);
  EvaluateOptions truth;
  truth.maker = ClipMaker::kRenderer;
  EXPECT_THROW(evaluate(truth, events), Interrupted);
}

TEST(Evaluate, WrongOptionsAreNamed) {
  EvaluateOptions options = on_tiny_model(0);
  const auto run = [&] { evaluate(options, {}); };
  expect_contains(error_text<UsageError>(run), {"--prompts", "0", "1 to"});
  options = on_tiny_model(1);
  options.sampling.solver = "best";
  expect_contains(error_text<UsageError>(run), {"best"});
  options = on_tiny_model(1);
  options.size.num_frames = 6;
  expect_contains(error_text<UsageError>(run), {"--num-frames", "6", "5 or 9"});
  options = on_tiny_model(1);
  options.model = "nowhere";
  error_text<MissingInputError>(run);
}

}  // namespace
}  // namespace flowreel
