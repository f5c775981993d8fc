// Runs that must not succeed: what is said, and that nothing is left behind.
#include <nlohmann/json.hpp>

#include "tests/pipeline/generate/run.h"

namespace flowreel {
namespace {

class ErrorsTest : public ::testing::Test {
 protected:
  // The error of this run, after which the output folder holds only `left`.
  template <typename E>
  std::string refused(const std::vector<std::string>& left = {}) {
    const std::string text = error_text<E>([&] { generate(options_, events_); });
    EXPECT_EQ(folder_.listing(), left) << text;
    return text;
  }

  ScratchFolder folder_;
  GenerateOptions options_ = quick_options(folder_ / "clip.mp4");
  Events events_;
};

TEST_F(ErrorsTest, FrameCountNamesTheNearest) {
  options_.size.num_frames = 10;
  expect_contains(refused<UsageError>(), {"--num-frames is 10", "4k+1", "9 or 13"});
}

TEST_F(ErrorsTest, WidthNamesTheNearest) {
  options_.size.width = 100;
  expect_contains(refused<UsageError>(), {"--width is 100", "multiple of 16", "96 or 112"});
}

TEST_F(ErrorsTest, HeightNamesTheNearest) {
  options_.size.height = 7;
  expect_contains(refused<UsageError>(), {"--height is 7", "multiple of 16", "nearest are 16"});
}

TEST_F(ErrorsTest, FrameRate) {
  options_.size.fps = 0.5;
  expect_contains(refused<UsageError>(), {"--fps is 0.5", "1 to 240"});
}

TEST_F(ErrorsTest, SolverCodecAndOutputName) {
  options_.sampling.solver = "dpm";
  expect_contains(refused<UsageError>(), {"dpm", "euler", "heun"});
  options_.sampling.solver = "euler";
  options_.output.codec = "divx";
  expect_contains(refused<UsageError>(), {"divx", "h264"});
  options_.output.codec = "h264";
  options_.output.path = "";
  expect_contains(refused<UsageError>(), {"--output is missing"});
  options_.output.path = folder_ / "clip.json";
  expect_contains(refused<UsageError>(), {"clip.json", "manifest", "different names"});
}

TEST_F(ErrorsTest, Steps) {
  options_.sampling.steps = 0;
  expect_contains(refused<UsageError>(), {"0", "1"});
  options_.sampling.steps = 2;
  options_.sampling.sigmas = {0.5, 0.75};
  expect_contains(refused<UsageError>(), {"0.75"});
}

TEST_F(ErrorsTest, OptionsThatContradictLeaveNoFolderEither) {
  options_.first_frame = "a.png";
  options_.input = "b.mp4";
  options_.output.dump_tensors = folder_ / "dump";
  expect_contains(refused<UsageError>(), {"--input", "--first-frame"});
}

TEST_F(ErrorsTest, ExistingOutputIsFoundBeforeAnythingIsComputed) {
  for (const std::string existing : {"clip.mp4", "clip.json"}) {
    std::ofstream(folder_ / existing) << "mine";
    bool worked = false;
    events_.progress = [&](const Progress&) { worked = true; };
    expect_contains(refused<OutputError>({existing}), {existing, "exists"});
    EXPECT_FALSE(worked);
    EXPECT_EQ(read_bytes(folder_ / existing), "mine");
    std::filesystem::remove(folder_ / existing);
  }
}

TEST_F(ErrorsTest, ExistingFramesFolder) {
  options_.output.frames_dir = folder_ / "frames";
  std::filesystem::create_directory(options_.output.frames_dir);
  std::ofstream(folder_ / "frames/frame_00000.png") << "mine";
  expect_contains(refused<OutputError>({"frames"}), {"frames"});
  EXPECT_EQ(read_bytes(folder_ / "frames/frame_00000.png"), "mine");
}

TEST_F(ErrorsTest, OverwriteReplaces) {
  std::ofstream(folder_ / "clip.mp4") << "mine";
  std::ofstream(folder_ / "clip.json") << "mine";
  options_.output.overwrite = true;
  generate(options_, {});
  EXPECT_GT(read_bytes(folder_ / "clip.mp4").size(), 100u);
  EXPECT_EQ(nlohmann::json::parse(read_bytes(folder_ / "clip.json"))["task"], "t2v");
  EXPECT_EQ(folder_.listing(), (std::vector<std::string>{"clip.json", "clip.mp4"}));
}

TEST_F(ErrorsTest, FolderThatIsNotThere) {
  options_.output.path = folder_ / "no/such/clip.mp4";
  expect_contains(refused<OutputError>(), {"no/such/clip.mp4"});
}

TEST_F(ErrorsTest, FolderThatCannotBeWritten) {
  // Not even root may create files in /proc.
  options_.output.path = "/proc/clip.mp4";
  expect_contains(refused<OutputError>(), {"/proc/clip.mp4"});
  options_.output.path = folder_ / "clip.mp4";
  options_.output.dump_tensors = "/proc/dump";
  expect_contains(refused<OutputError>(), {"--dump-tensors /proc/dump"});
}

TEST_F(ErrorsTest, StopDuringEachStage) {
  for (const char* stage : {"text", "sample", "decode"}) {
    bool reached = false;
    int steps_after = 0;
    events_.progress = [&](const Progress& p) {
      if (reached && p.stage == "sample") ++steps_after;
      if (p.stage == stage && p.done >= (p.stage == "sample" ? 1 : 0)) reached = true;
    };
    events_.stop_requested = [&] { return reached; };
    options_.sampling.steps = 4;
    options_.output.frames_dir = folder_ / "frames";
    refused<Interrupted>();
    EXPECT_TRUE(reached) << stage;
    EXPECT_LE(steps_after, 1) << stage;
  }
}

// A wish to stop is seen within one step, of solvers that evaluate the network many times too.
TEST_F(ErrorsTest, StopWithinAStep) {
  int asked = 0;
  options_.sampling.solver = "rk4";
  bool sampling = false;
  events_.progress = [&](const Progress& p) { sampling = p.stage == "sample"; };
  events_.stop_requested = [&] { return sampling && ++asked == 3; };
  refused<Interrupted>();
}

TEST_F(ErrorsTest, LatentsThatDoNotFit) {
  const std::string path = options_.initial_latents = folder_ / "latents.safetensors";
  const std::vector<std::string> left{"latents.safetensors"};
  write_safetensors(path, {{"latents", at::zeros({1, 4, 3, 2, 5})}});
  expect_contains(refused<DataError>(left),
                  {"--initial-latents " + path, "[1,4,3,2,5]", "expected [1,4,3,2,4]"});
  write_safetensors(path, {{"latents", at::zeros({1, 4, 3, 2, 4}, at::kLong)}});
  expect_contains(refused<DataError>(left), {path, "integers"});
  write_safetensors(path, {{"noise", at::zeros({1, 4, 3, 2, 4})}});
  expect_contains(refused<DataError>(left), {path, "no tensor \"latents\""});

  options_.initial_latents = "";
  options_.from_latents = path;
  options_.size = {};
  write_safetensors(path, {{"latents", at::zeros({1, 16, 3, 2, 4})}});
  expect_contains(refused<DataError>(left),
                  {"--from-latents " + path, "[1,16,3,2,4]", "expected [1,4,any,any,any]"});
  write_safetensors(path, {{"latents", at::zeros({4, 3, 2, 4})}});
  expect_contains(refused<DataError>(left), {path, "[4,3,2,4]"});
  options_.from_latents = folder_ / "none.safetensors";
  expect_contains(refused<MissingInputError>(left), {"none.safetensors"});
}

TEST_F(ErrorsTest, LatentsThatAreNotFinite) {
  options_.initial_latents = folder_ / "latents.safetensors";
  at::Tensor latents = at::ones({1, 4, 3, 2, 4});
  latents.view(-1)[5] = std::numeric_limits<float>::quiet_NaN();
  write_safetensors(options_.initial_latents, {{"latents", latents}});
  expect_contains(refused<DataError>({"latents.safetensors"}),
                  {"--initial-latents", "latents.safetensors", "1 of 96 values are NaN"});
  options_.from_latents = options_.initial_latents;
  options_.initial_latents = "";
  options_.size = {};
  expect_contains(refused<DataError>({"latents.safetensors"}), {"--from-latents", "NaN"});
}

TEST_F(ErrorsTest, InputsAreReadBeforeWeights) {
  bool worked = false;
  events_.progress = [&](const Progress&) { worked = true; };
  options_.first_frame = folder_ / "none.png";
  refused<MissingInputError>();
  options_.first_frame = "";
  options_.initial_latents = folder_ / "none.safetensors";
  refused<MissingInputError>();
  options_.initial_latents = "";
  options_.input = lossless_clip(folder_ / "short.mkv", at::zeros({3, 16, 32, 3}, at::kByte));
  expect_contains(refused<DataError>({"short.mkv"}), {"short.mkv", "3 frames"});
  EXPECT_FALSE(worked);
}

TEST_F(ErrorsTest, OutputsAndInputsHaveNamesOfTheirOwn) {
  options_.output.codec = "png";
  options_.output.path = folder_ / "frames/";
  options_.output.frames_dir = folder_ / "frames";
  expect_contains(refused<UsageError>(), {"--output", "--frames-dir", "different names"});
  options_.output.frames_dir = "";
  options_.first_frame = folder_ / "frames/frame_00000.png";
  expect_contains(refused<UsageError>(), {"--first-frame", "lies in the folder of --output"});
  options_.first_frame = "";
  options_.input = folder_ / "x/../frames";
  options_.output.overwrite = true;
  expect_contains(refused<UsageError>(), {"--input", "--output"});
}

// What appears under an output's name while the clip is being made takes nothing with it.
TEST_F(ErrorsTest, NamesTakenMeanwhile) {
  for (const char* taken : {"clip.json", "frames", "clip.mp4"}) {
    for (const bool overwrite : {false, true}) {
      SCOPED_TRACE(std::string(taken) + (overwrite ? ", overwriting" : ""));
      std::filesystem::remove_all(folder_ / taken);
      if (overwrite && std::string(taken) != "clip.mp4")
        std::ofstream(folder_ / "clip.mp4") << "precious";
      options_.output.overwrite = overwrite;
      options_.output.frames_dir = folder_ / "frames";
      events_.progress = [&](const Progress& p) {
        if (p.stage == "sample" && p.done == 1)
          std::filesystem::create_directories(folder_ / (std::string(taken) + "/mine"));
      };
      error_text<OutputError>([&] { generate(options_, events_); });
      std::vector<std::string> left{taken};
      if (overwrite && std::string(taken) != "clip.mp4") {
        EXPECT_EQ(read_bytes(folder_ / "clip.mp4"), "precious");
        left.insert(left.begin() + (std::string(taken) == "frames" ? 0 : 1), "clip.mp4");
      }
      EXPECT_EQ(folder_.listing(), left);
      for (const std::string& name : left) std::filesystem::remove_all(folder_ / name);
    }
  }
}

// Loading a tensor and one convolution are all that a wish to stop waits for.
TEST_F(ErrorsTest, StopWhileLoadingAndWithinATile) {
  for (const char* stage : {"text", "decode"}) {
    int asked = 0;
    bool reached = false;
    events_.progress = [&](const Progress& p) { reached = reached || p.stage == stage; };
    events_.stop_requested = [&] { return reached && ++asked == 8; };
    refused<Interrupted>();
    EXPECT_EQ(asked, 8) << stage << " asks too seldom";
  }
}

TEST_F(ErrorsTest, FirstFrameThatIsNoImage) {
  options_.first_frame = folder_ / "first.png";
  std::ofstream(options_.first_frame) << "not an image";
  expect_contains(refused<DataError>({"first.png"}), {"first.png"});
}

TEST_F(ErrorsTest, PromptThatIsNotUtf8) {
  options_.prompt = "a cat \xc3\x28";
  expect_contains(refused<DataError>(), {"UTF-8"});
}

}  // namespace
}  // namespace flowreel
