// The same job gives the same bits, and the manifest says what made them.
#include <nlohmann/json.hpp>

#include "pipeline/generate/hash.h"
#include "pipeline/generate/inspect.h"
#include "tests/pipeline/generate/run.h"

namespace flowreel {
namespace {

using nlohmann::json;

class RepeatTest : public ::testing::Test {
 protected:
  RunRecord run(const GenerateOptions& options) const { return generate(options, {}); }
  GenerateOptions options(const std::string& name) const { return quick_options(folder_ / name); }
  ScratchFolder folder_;
};

TEST_F(RepeatTest, SameJobSameBytes) {
  const RunRecord a = run(options("a.mp4")), b = run(options("b.mp4"));
  EXPECT_EQ(a.hashes, b.hashes);
  EXPECT_EQ(a.weights, b.weights);
  EXPECT_EQ(read_bytes(folder_ / "a.mp4"), read_bytes(folder_ / "b.mp4"));
  EXPECT_EQ(read_bytes(folder_ / "a.json"), read_bytes(folder_ / "b.json"));
  for (const char* name : {"noise", "latents", "frames", "file"})
    EXPECT_EQ(a.hashes.at(name).size(), 64u) << name;
  EXPECT_EQ(a.hashes.at("file"), sha256_of_file(folder_ / "a.mp4"));
}

TEST_F(RepeatTest, OneThreadAndTwoMakeTheSameNoise) {
  GenerateOptions one = options("one.mp4"), two = options("two.mp4");
  one.compute.threads = 1;
  two.compute.threads = 2;
  EXPECT_EQ(run(one).hashes.at("noise"), run(two).hashes.at("noise"));
}

// What each of these changes, and nothing before it.
TEST_F(RepeatTest, SeedSolverAndPromptMatter) {
  const RunRecord plain = run(options("plain.mp4"));
  GenerateOptions seed = options("seed.mp4"), solver = options("solver.mp4"),
                  prompt = options("prompt.mp4");
  seed.sampling.seed += 1;
  solver.sampling.solver = "heun";
  prompt.prompt += " at night";
  const RunRecord with_seed = run(seed), with_solver = run(solver), with_prompt = run(prompt);
  EXPECT_NE(with_seed.hashes.at("noise"), plain.hashes.at("noise"));
  EXPECT_NE(with_seed.hashes.at("frames"), plain.hashes.at("frames"));
  EXPECT_EQ(with_solver.hashes.at("noise"), plain.hashes.at("noise"));
  EXPECT_NE(with_solver.hashes.at("latents"), plain.hashes.at("latents"));
  EXPECT_EQ(with_prompt.hashes.at("noise"), plain.hashes.at("noise"));
  EXPECT_NE(with_prompt.hashes.at("latents"), plain.hashes.at("latents"));
}

// The noise of a seed is part of the interface: the same on any machine, in any later version.
TEST_F(RepeatTest, PhiloxNoiseOfTheTinyJobIsThis) {
  EXPECT_EQ(run(options("clip.mp4")).hashes.at("noise"),
            "b75a3705f7df81ac40e67d0bcb606126c406c3a000c0d580bbb85b56ea217d01");
}

TEST_F(RepeatTest, InitialLatentsTakeThePlaceOfNoise) {
  GenerateOptions dumping = options("a.mp4"), replaying = options("b.mp4");
  dumping.output.dump_tensors = folder_ / "dump";
  const RunRecord a = run(dumping);
  replaying.initial_latents = folder_ / "dump/noise.safetensors";
  replaying.sampling.seed = 12345;
  const RunRecord b = run(replaying);
  auto expected = a.hashes;
  expected["file"] = b.hashes.at("file");  // carries another manifest
  EXPECT_EQ(b.hashes, expected);
  EXPECT_EQ(json::parse(read_bytes(folder_ / "b.json"))["initial_latents"],
            replaying.initial_latents);
}

TEST_F(RepeatTest, SavedLatentsDecodeToTheSameFrames) {
  GenerateOptions saving = options("a.mp4");
  saving.output.save_latents = folder_ / "final.safetensors";
  saving.output.dump_tensors = folder_ / "dump";
  const RunRecord a = run(saving);
  const at::Tensor saved = read_tensor(folder_ / "final.safetensors", "latents");
  EXPECT_EQ(saved.scalar_type(), at::kFloat);
  EXPECT_EQ(sha256_of_tensor(saved), a.hashes.at("latents"));
  EXPECT_TRUE(at::equal(saved, read_tensor(folder_ / "dump/step_001.safetensors", "latents")));

  GenerateOptions decoding = options("b.mp4");
  decoding.size = {};
  decoding.from_latents = folder_ / "final.safetensors";
  const RunRecord b = run(decoding);
  EXPECT_EQ(b.task, "decode");
  EXPECT_EQ(b.hashes.at("frames"), a.hashes.at("frames"));
  EXPECT_EQ(b.hashes.at("latents"), a.hashes.at("latents"));
  EXPECT_EQ(b.hashes.count("noise"), 0u);
  const json manifest = json::parse(read_bytes(folder_ / "b.json"));
  EXPECT_FALSE(manifest.contains("seed"));
  EXPECT_FALSE(manifest["weights_sha256"].contains("transformer"));
}

TEST_F(RepeatTest, ManifestSaysWhatWasDone) {
  GenerateOptions o = options("clip.mp4");
  const RunRecord record = run(o);
  const json m = json::parse(read_bytes(folder_ / "clip.json"));
  EXPECT_EQ(m["task"], "t2v");
  EXPECT_EQ(m["prompt"], o.prompt);
  EXPECT_EQ(m["model"], o.model);
  EXPECT_EQ(m["seed"], o.sampling.seed);
  EXPECT_EQ(m["noise"], (json{{"rng", "philox"}, {"dtype", "float32"}}));
  EXPECT_EQ(m["size"], (json{{"width", 32}, {"height", 16}, {"num_frames", 9}, {"fps", 24.0}}));
  EXPECT_EQ(m["sampling"]["steps"], 2);
  EXPECT_EQ(m["sampling"]["flow_shift"], 7.0);
  EXPECT_EQ(m["sampling"]["sigmas"].size(), 3u);
  EXPECT_EQ(m["sampling"]["sigmas"].front(), 1.0);
  EXPECT_EQ(m["sampling"]["sigmas"].back(), 0.0);
  EXPECT_EQ(m["vae"]["tiling"], "off");
  EXPECT_EQ(m["compute"]["dtype"]["transformer"], "float32");
  EXPECT_EQ(m["hashes"], json(record.hashes));
  for (const char* component : {"transformer", "vae", "text_encoder", "text_encoder_2"})
    EXPECT_EQ(m["weights_sha256"][component].get<std::string>().size(), 64u) << component;
  EXPECT_EQ(m["output"]["crf"], 18.0) << "what the codec's default is";
  EXPECT_EQ(m["versions"], json(environment_versions()));
}

TEST_F(RepeatTest, ClipCarriesTheManifestWithoutItsOwnHash) {
  run(options("clip.mp4"));
  const std::string carried = inspect_clip_manifest(folder_ / "clip.mp4");
  json beside = json::parse(read_bytes(folder_ / "clip.json"));
  EXPECT_EQ(beside["hashes"].erase("file"), 1u);
  EXPECT_EQ(json::parse(carried), beside);
  EXPECT_TRUE(beside["hashes"].contains("frames"));
  for (const std::string& text : {carried, read_bytes(folder_ / "clip.json")}) {
    EXPECT_EQ(text.find(folder_.path()), std::string::npos) << "an output path";
    EXPECT_EQ(text.find("clip."), std::string::npos) << "the output's name";
  }
  EXPECT_EQ(read_bytes(folder_ / "clip.mp4").find(folder_.path()), std::string::npos);
}

TEST_F(RepeatTest, PromptOfManyScriptsSurvivesTheContainer) {
  GenerateOptions o = options("clip.mp4");
  o.prompt = "一只猫 \"quoted\" \\ back\ttab 🎬";
  run(o);
  EXPECT_EQ(json::parse(inspect_clip_manifest(folder_ / "clip.mp4"))["prompt"], o.prompt);
  EXPECT_EQ(json::parse(read_bytes(folder_ / "clip.json"))["prompt"], o.prompt);
}

TEST_F(RepeatTest, NothingElseIsLeftBehind) {
  GenerateOptions o = options("clip.mp4");
  o.output.frames_dir = folder_ / "frames";
  run(o);
  EXPECT_EQ(folder_.listing(), (std::vector<std::string>{"clip.json", "clip.mp4", "frames"}));
}

}  // namespace
}  // namespace flowreel
