// Runs that start from a clip or from an image.
#include <nlohmann/json.hpp>

#include "codecs/image.h"
#include "codecs/reader.h"
#include "pipeline/flow/noise.h"
#include "pipeline/flow/path.h"
#include "pipeline/flow/solver.h"
#include "pipeline/generate/encode.h"
#include "pipeline/generate/hash.h"
#include "tests/pipeline/generate/run.h"

namespace flowreel {
namespace {

constexpr int64_t kWidth = 32, kHeight = 16, kFrames = 9;

// [T,H,W,3] uint8: colours that drift.
at::Tensor drifting_clip(int64_t frames) {
  const at::Tensor t = at::arange(frames).view({-1, 1, 1, 1});
  const at::Tensor y = at::arange(kHeight).view({1, -1, 1, 1});
  const at::Tensor x = at::arange(kWidth).view({1, 1, -1, 1});
  const at::Tensor c = at::arange(3).view({1, 1, 1, -1});
  return ((x * (5 + c) + y * (9 - 2 * c) + t * 11 + 40 * c) % 256).to(at::kByte).contiguous();
}

class StartTest : public ::testing::Test {
 protected:
  StartTest() {
    options_.output.save_latents = folder_ / "latents.safetensors";
    options_.sampling.steps = 4;
  }

  // What the encoder makes of frames, scaled for the transformer.
  at::Tensor latents_of(const at::Tensor& frames) const {
    const at::NoGradGuard no_grad;
    const ModelDirectory model(options_.model);
    const auto vae = model.load_vae(HunyuanVae::Part::kEncoder, {});
    return encode_frames(*vae, frames, VaeTiling{}, ComputePlan{}).mean *
           vae->config().scaling_factor;
  }

  at::Tensor final_latents() const { return read_tensor(options_.output.save_latents, "latents"); }
  RunRecord run() {
    options_.output.overwrite = true;
    return generate(options_, {});
  }

  ScratchFolder folder_;
  GenerateOptions options_ = quick_options(folder_ / "clip.mp4");
  at::Tensor frames_ = drifting_clip(kFrames);
};

TEST_F(StartTest, StrengthZeroIsTheReconstruction) {
  options_.input = lossless_clip(folder_ / "input.mkv", frames_);
  options_.strength = 0;
  const RunRecord record = run();
  EXPECT_EQ(record.task, "v2v");
  EXPECT_TRUE(at::equal(final_latents(), latents_of(frames_)));
  EXPECT_EQ(record.sigmas, std::vector<double>{0.0});
  EXPECT_EQ(record.hashes.at("input"), sha256_of_tensor(frames_));
  EXPECT_EQ(record.weights.count("transformer"), 0u);

  ReconstructOptions reconstruction;
  reconstruction.model = options_.model;
  reconstruction.input = options_.input;
  reconstruction.vae = options_.vae;
  reconstruction.compute = options_.compute;
  reconstruction.output.path = folder_ / "reconstructed.mp4";
  const RunRecord other = reconstruct(reconstruction, {}, {});
  EXPECT_EQ(other.hashes.at("input"), record.hashes.at("input"));
  // (mean · scale) / scale is the mean but for rounding, and so are the 8-bit frames nearly always.
  const at::Tensor a = read_clip(options_.output.path), b = read_clip(reconstruction.output.path);
  EXPECT_LE((a.to(at::kInt) - b.to(at::kInt)).abs().max().item<int>(), 1);
}

TEST_F(StartTest, StrengthOneIsTextToVideo) {
  const RunRecord plain = run();
  options_.input = lossless_clip(folder_ / "input.mkv", frames_);
  options_.strength = 1;
  const RunRecord record = run();
  EXPECT_EQ(record.sigmas, plain.sigmas);
  EXPECT_EQ(record.hashes.at("noise"), plain.hashes.at("noise"));
  EXPECT_EQ(record.hashes.at("latents"), plain.hashes.at("latents"));
}

// The first int(n - n·strength) of n steps are left out.
TEST_F(StartTest, StrengthKeepsWholeSteps) {
  options_.sampling.steps = 5;
  const RunRecord plain = run();
  options_.input = lossless_clip(folder_ / "input.mkv", frames_);
  for (const auto& [strength, kept] : std::map<double, size_t>{{0.1, 1}, {0.5, 3}, {0.8, 4}}) {
    options_.strength = strength;
    const RunRecord record = run();
    ASSERT_EQ(record.sigmas.size(), kept + 1) << strength;
    EXPECT_TRUE(std::equal(record.sigmas.rbegin(), record.sigmas.rend(), plain.sigmas.rbegin()));
    EXPECT_EQ(record.hashes.at("noise"), plain.hashes.at("noise")) << strength;
    const auto manifest = nlohmann::json::parse(read_bytes(folder_ / "clip.json"));
    EXPECT_EQ(manifest["strength"], strength);
    EXPECT_EQ(manifest["sampling"]["steps"], kept);
    EXPECT_EQ(manifest["input"], options_.input);
  }
}

TEST_F(StartTest, StartLiesOnThePath) {
  options_.input = lossless_clip(folder_ / "input.mkv", frames_);
  options_.strength = 0.5;
  options_.sampling.sigmas = {1.0, 0.75, 0.5, 0.25};
  options_.sampling.flow_shift = 1.0;
  options_.output.dump_tensors = folder_ / "dump";
  run();
  const at::Tensor data = latents_of(frames_);
  const at::Tensor noise = philox_normal(data.sizes(), options_.sampling.seed);
  const at::Tensor start = interpolate(noise, data, 0.5);
  const at::Tensor out = read_tensor(folder_ / "dump/velocity_000.safetensors", "velocity");
  const at::Tensor step = read_tensor(folder_ / "dump/step_000.safetensors", "latents");
  EXPECT_LE(relative_l2(step, start - 0.25 * out), 1e-7);
}

TEST_F(StartTest, SizeAndLengthComeFromTheInput) {
  options_.input = lossless_clip(folder_ / "input.mkv", frames_);
  options_.strength = 0;
  options_.size = {};
  const RunRecord record = run();
  EXPECT_EQ(record.size.width, kWidth);
  EXPECT_EQ(record.size.height, kHeight);
  EXPECT_EQ(record.size.frames, kFrames);
  EXPECT_EQ(record.size.fps, 24);
}

TEST_F(StartTest, InputThatIsTooShort) {
  options_.input = lossless_clip(folder_ / "input.mkv", drifting_clip(5));
  const std::string text = error_text<DataError>([&] { run(); });
  expect_contains(text, {options_.input, "has 5 frames", "--num-frames asks for 9"});
  EXPECT_EQ(folder_.listing(), std::vector<std::string>{"input.mkv"});
}

TEST_F(StartTest, InputThatIsNotThere) {
  options_.input = folder_ / "nothing.mp4";
  expect_contains(error_text<MissingInputError>([&] { run(); }), {"nothing.mp4"});
}

TEST_F(StartTest, InputWhoseOwnLengthDoesNotFit) {
  options_.input = lossless_clip(folder_ / "input.mkv", drifting_clip(6));
  options_.size = {};
  expect_contains(error_text<UsageError>([&] { run(); }),
                  {"input.mkv\" has 6 frames", "give --num-frames 5"});
}

// Back to noise and forth again along one ODE leads to the clip's own latents.
TEST_F(StartTest, InversionComesBackToTheClip) {
  options_.input = lossless_clip(folder_ / "input.mkv", frames_);
  options_.invert = true;
  options_.strength = 1;
  options_.sampling.steps = 40;
  options_.sampling.flow_shift = 1;
  options_.output.dump_tensors = folder_ / "dump";
  const at::Tensor own = latents_of(frames_);
  std::map<std::string, double> missed;
  for (const char* solver : {"euler", "midpoint", "rk4"}) {
    options_.sampling.solver = solver;
    const RunRecord record = run();
    missed[solver] = relative_l2(final_latents(), own);
    const at::Tensor noise = read_tensor(folder_ / "dump/inverted.safetensors", "latents");
    EXPECT_EQ(record.hashes.at("inverted"), sha256_of_tensor(noise));
    EXPECT_GT(relative_l2(noise, own), 0.1);
    EXPECT_EQ(record.sigmas.front(), 1);
  }
  EXPECT_LT(missed["rk4"], 2e-2);
  EXPECT_LT(missed["rk4"], missed["euler"]);
  EXPECT_LT(missed["midpoint"], missed["euler"]);
}

TEST_F(StartTest, InversionUnderAnotherPromptEdits) {
  options_.input = lossless_clip(folder_ / "input.mkv", frames_);
  options_.invert = true;
  options_.strength = 1;
  const RunRecord same = run();
  options_.source_prompt = options_.prompt;
  EXPECT_EQ(run().hashes.at("inverted"), same.hashes.at("inverted")) << "its own prompt is usual";
  options_.source_prompt = "something else";
  const RunRecord other = run();
  EXPECT_NE(other.hashes.at("inverted"), same.hashes.at("inverted"));
  EXPECT_NE(other.hashes.at("latents"), same.hashes.at("latents"));
  options_.sampling.seed += 1;
  EXPECT_EQ(run().hashes.at("latents"), other.hashes.at("latents")) << "no noise is drawn";
}

TEST_F(StartTest, FirstFrameIsHeldByEverySolver) {
  const at::Tensor image = frames_.select(0, 3).contiguous();
  options_.first_frame = folder_ / "first.png";
  write_png(options_.first_frame, image);
  const at::Tensor held = latents_of(image.unsqueeze(0));
  options_.output.dump_tensors = folder_ / "dump";
  for (const Solver& solver : solvers()) {
    options_.sampling.solver = solver.name;
    const RunRecord record = run();
    EXPECT_EQ(record.task, "i2v");
    const at::Tensor latents = final_latents();
    EXPECT_TRUE(at::equal(latents.narrow(2, 0, 1), held)) << solver.name;
    const at::Tensor noise = read_tensor(folder_ / "dump/noise.safetensors", "latents");
    EXPECT_FALSE(at::equal(latents.narrow(2, 1, 1), noise.narrow(2, 1, 1))) << solver.name;
    for (int step = 0; step < 4; ++step) {
      const at::Tensor state = read_tensor(
          folder_ / ("dump/step_00" + std::to_string(step) + ".safetensors"), "latents");
      EXPECT_TRUE(at::equal(state.narrow(2, 0, 1), held)) << solver.name << " step " << step;
    }
  }
}

TEST_F(StartTest, FirstFrameReachesTheOtherFrames) {
  const RunRecord plain = run();
  const at::Tensor without = final_latents();
  options_.first_frame = folder_ / "first.png";
  write_png(options_.first_frame, frames_.select(0, 3).contiguous());
  run();
  EXPECT_FALSE(at::equal(final_latents().narrow(2, 1, 2), without.narrow(2, 1, 2)));
}

}  // namespace
}  // namespace flowreel
