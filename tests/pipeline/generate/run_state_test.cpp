// A run that was stopped, killed or ran out of memory goes on to the bytes that it would have made.
#include "pipeline/generate/run_state.h"

#include <new>

#include "codecs/image.h"
#include "pipeline/flow/solver.h"
#include "tests/pipeline/generate/run.h"

namespace flowreel {
namespace {

constexpr int kSteps = 4;

class RunStateTest : public ::testing::Test {
 protected:
  GenerateOptions options(const std::string& name) const {
    GenerateOptions o = quick_options(folder_ / name);
    o.sampling.steps = kSteps;
    o.checkpoint.file = folder_ / "state.safetensors";
    o.checkpoint.every_steps = 1;
    return o;
  }
  GenerateOptions without_checkpoint(const std::string& name) const {
    GenerateOptions o = options(name);
    o.checkpoint.file.clear();
    return o;
  }
  // Ends with an error of the type E when `stage` has come to `done`.
  template <typename E>
  void break_off(const GenerateOptions& o, const std::string& stage, int64_t done, E error) {
    Events events;
    events.progress = [&](const Progress& p) {
      if (p.stage == stage && p.done == done) throw error;
    };
    EXPECT_THROW(generate(o, events), E);
  }
  // What a run that finds the checkpoint says of it, and the stages that it goes through.
  RunRecord go_on(const GenerateOptions& o) {
    notices_.clear();
    stages_.clear();
    Events events;
    events.notice = [this](const std::string& text) { notices_ += text + "\n"; };
    events.progress = [this](const Progress& p) {
      stages_.insert(p.stage);
      if (p.stage == "sample" && first_step_ < 0) first_step_ = p.done;
    };
    first_step_ = -1;
    return generate(o, events);
  }

  ScratchFolder folder_;
  std::string notices_;
  std::set<std::string> stages_;
  int64_t first_step_ = -1;
};

TEST_F(RunStateTest, GoesOnFromAnyStepToTheSameBytes) {
  for (const Solver& solver : solvers()) {
    GenerateOptions whole = without_checkpoint("whole.mp4");
    whole.sampling.solver = solver.name;
    whole.output.overwrite = true;
    const RunRecord expected = go_on(whole);
    for (int64_t step = 1; step <= kSteps; ++step) {
      GenerateOptions broken = options("resumed.mp4");
      broken.sampling.solver = solver.name;
      broken.output.overwrite = true;
      break_off(broken, "sample", step, std::runtime_error("killed"));
      const RunRecord resumed = go_on(broken);
      EXPECT_EQ(resumed.hashes, expected.hashes) << solver.name << " after step " << step;
      EXPECT_EQ(resumed.state_hashes, expected.state_hashes) << solver.name;
      EXPECT_EQ(read_bytes(folder_ / "resumed.mp4"), read_bytes(folder_ / "whole.mp4"));
      EXPECT_EQ(read_bytes(folder_ / "resumed.json"), read_bytes(folder_ / "whole.json"));
      EXPECT_NE(notices_.find("going on from step " + std::to_string(step) + " of 4"),
                std::string::npos)
          << notices_;
      EXPECT_EQ(first_step_, step == kSteps ? -1 : step) << "the steps before are not done again";
      std::filesystem::remove(broken.checkpoint.file);
    }
  }
}

TEST_F(RunStateTest, FinishedLatentsSurviveTheDecoderWhateverTheInterval) {
  GenerateOptions o = options("clip.mp4");
  o.checkpoint.every_steps = 0;
  break_off(o, "decode", 0, std::runtime_error("killed"));
  const RunRecord record = go_on(o);
  EXPECT_EQ(stages_, (std::set<std::string>{"decode"})) << "no text, no sampling";
  EXPECT_EQ(record.hashes, go_on(without_checkpoint("plain.mp4")).hashes);
  EXPECT_EQ(read_bytes(folder_ / "clip.json"), read_bytes(folder_ / "plain.json"));
}

TEST_F(RunStateTest, AWishToStopSavesTheLastWholeStep) {
  GenerateOptions o = options("clip.mp4");
  o.checkpoint.every_steps = 0;
  int64_t done = 0;
  Events events;
  events.progress = [&](const Progress& p) { done = p.stage == "sample" ? p.done : 0; };
  events.stop_requested = [&] { return done == 3; };
  EXPECT_THROW(generate(o, events), Interrupted);
  const RunRecord record = go_on(o);
  EXPECT_EQ(first_step_, 3);
  EXPECT_EQ(record.hashes, go_on(without_checkpoint("plain.mp4")).hashes);
}

TEST_F(RunStateTest, AnInputAndAFirstFrameGoOnToo) {
  generate(without_checkpoint("source.mp4"), {});
  const std::vector<uint8_t> png =
      encode_png(at::arange(16 * 32 * 3).remainder(251).to(at::kByte).view({16, 32, 3}));
  std::ofstream(folder_ / "first.png", std::ios::binary)
      .write(reinterpret_cast<const char*>(png.data()), static_cast<std::streamsize>(png.size()));
  for (const bool as_clip : {true, false}) {
    GenerateOptions o = options("clip.mp4"), plain = without_checkpoint("plain.mp4");
    for (GenerateOptions* one : {&o, &plain}) {
      one->output.overwrite = true;
      if (as_clip) one->input = folder_ / "source.mp4";
      if (!as_clip) one->first_frame = folder_ / "first.png";
    }
    break_off(o, "sample", 2, std::runtime_error("killed"));
    const RunRecord record = go_on(o);
    EXPECT_EQ(first_step_, 2);
    EXPECT_EQ(record.hashes, go_on(plain).hashes);
    EXPECT_EQ(read_bytes(folder_ / "clip.json"), read_bytes(folder_ / "plain.json"));
    std::filesystem::remove(o.checkpoint.file);
  }
}

// Each of these is another run, and begins anew.
TEST_F(RunStateTest, AnotherRunsStateIsNotUsed) {
  const GenerateOptions first = options("clip.mp4");
  break_off(first, "sample", 2, std::runtime_error("killed"));
  const std::string state = read_bytes(first.checkpoint.file);
  using Change = std::function<void(GenerateOptions&)>;
  const std::map<std::string, Change> changes = {
      {"seed", [](GenerateOptions& o) { o.sampling.seed += 1; }},
      {"prompt", [](GenerateOptions& o) { o.prompt += "!"; }},
      {"steps", [](GenerateOptions& o) { o.sampling.steps += 1; }},
      {"solver", [](GenerateOptions& o) { o.sampling.solver = "heun"; }},
      {"size", [](GenerateOptions& o) { o.size.num_frames = 13; }},
      {"threads", [](GenerateOptions& o) { o.compute.threads = 3; }},
  };
  for (const auto& [name, change] : changes) {
    std::ofstream(first.checkpoint.file, std::ios::binary) << state;
    GenerateOptions o = options(name + ".mp4"), plain = without_checkpoint(name + "_plain.mp4");
    change(o);
    change(plain);
    const RunRecord record = go_on(o);
    EXPECT_NE(notices_.find("begins anew"), std::string::npos) << name << ": " << notices_;
    EXPECT_EQ(record.hashes, go_on(plain).hashes) << name;
  }
}

TEST_F(RunStateTest, AnotherModelsStateIsNotUsed) {
  GenerateOptions o = options("clip.mp4");
  o.model = copy_model(o.model, folder_ / "model");
  break_off(o, "sample", kSteps, std::runtime_error("killed"));
  edit_weights(o.model + "/transformer/diffusion_pytorch_model.safetensors",
               [](TensorMap& tensors) { tensors.begin()->second.mul_(2); });
  go_on(o);
  EXPECT_NE(notices_.find("begins anew"), std::string::npos) << notices_;
  EXPECT_EQ(first_step_, 0);
}

TEST_F(RunStateTest, OutputsMayChangeWhenTheLatentsAreThere) {
  GenerateOptions o = options("clip.mp4");
  break_off(o, "decode", 0, std::runtime_error("killed"));
  o.output.path = folder_ / "clip.mkv";
  o.output.codec = "ffv1";
  go_on(o);
  EXPECT_EQ(stages_, (std::set<std::string>{"decode"}));
}

TEST_F(RunStateTest, ABrokenStateIsToldAndReplaced) {
  const GenerateOptions o = options("clip.mp4");
  for (const std::string text : {"", "not safetensors at all"}) {
    std::filesystem::remove(folder_ / "clip.mp4");
    std::filesystem::remove(folder_ / "clip.json");
    std::ofstream(o.checkpoint.file, std::ios::binary) << text;
    go_on(o);
    EXPECT_NE(notices_.find("cannot be used"), std::string::npos) << notices_;
    EXPECT_EQ(read_tensor(o.checkpoint.file, "latents").dim(), 5);
  }
}

TEST_F(RunStateTest, WeightsThatAreNotThoseOfTheJobAreRefusedBeforeTheyAreUsed) {
  const RunRecord record = generate(without_checkpoint("plain.mp4"), {});
  GenerateOptions o = options("clip.mp4");
  o.weights_sha256 = record.weights;
  EXPECT_EQ(go_on(o).hashes, record.hashes);
  std::filesystem::remove(o.checkpoint.file);
  o.output.path = folder_ / "other.mp4";
  o.weights_sha256["transformer"] = std::string(64, '0');
  const std::string text = error_text<DataError>([&] { go_on(o); });
  expect_contains(text, {"transformer", std::string(64, '0'), record.weights.at("transformer")});
  EXPECT_EQ(stages_.count("decode"), 0u);
  EXPECT_FALSE(std::filesystem::exists(o.checkpoint.file));
}

}  // namespace
}  // namespace flowreel
