#include "configs/job.h"

#include <gtest/gtest.h>

#include <fstream>

#include "configs/job_list.h"
#include "errors/error.h"
#include "tests/scratch_folder.h"

namespace flowreel {
namespace {

using nlohmann::json;

json smallest() { return {{"schema_version", 1}, {"id", "a"}, {"prompt", "a cat"}}; }

class JobFile : public ::testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }
  std::vector<Job> read(const json& document,
                        const std::vector<std::string>& overrides = {}) const {
    return read_jobs(write("job.json", document.dump(2)), overrides);
  }
  template <typename E, typename F>
  void expect_error(F&& act, const std::vector<std::string>& parts) const {
    try {
      act();
      ADD_FAILURE() << "no error, expected " << parts.front();
    } catch (const E& error) {
      for (const std::string& part : parts)
        EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
  }
  // With `key` (a pointer) set to `value`.
  void refused(const std::string& key, const json& value, const std::vector<std::string>& parts) {
    json document = smallest();
    document[json::json_pointer(key)] = value;
    expect_error<DataError>([&] { read(document); }, parts);
  }

  testing::ScratchFolder folder_;
};

TEST_F(JobFile, TheSmallestOneHasTheDefaults) {
  const Job job = read(smallest()).at(0);
  EXPECT_EQ(job.id, "a");
  EXPECT_EQ(job.task, "t2v");
  EXPECT_EQ(job.options.prompt, "a cat");
  EXPECT_EQ(job.options.sampling.steps, 50);
  EXPECT_EQ(job.options.sampling.seed, 42u);
  EXPECT_FALSE(job.options.size.width);
  EXPECT_TRUE(job.contact_sheet);
}

TEST_F(JobFile, EveryKeyIsRead) {
  const Job job = read_jobs(write("job.json", R"({
    "schema_version": 1, "id": "shot_010.v003", "task": "v2v",
    "model": {"path": "m", "preset": null, "weights_sha256": {"vae":
      "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}},
    "prompt": "p", "negative_prompt": "n", "input": "in.mp4", "strength": 0.5,
    "width": 320, "height": 192, "num_frames": 9, "fps": 23.976,
    "sampling": {"solver": "heun", "flow_shift": 7, "embedded_guidance_scale": 6, "cfg_scale": 2,
                 "sigmas": [1, 0.5]},
    "seed": 18446744073709551615, "noise": {"rng": "torch-cpu", "dtype": "float32"},
    "checkpoint": {"save_latents": true},
    "vae": {"tiling": "on", "tile_px": [256, 128], "tile_stride_px": 96, "tile_frames": 16,
            "tile_frame_stride": 12},
    "compute": {"device": "cpu", "dtype": "float32", "threads": 2},
    "limits": {"max_memory_gib": 4},
    "output": {"codec": "h265", "crf": 16, "bitrate": null, "encoder_threads": 2, "frames": true,
               "contact_sheet": false, "allow_blank": true}, "consistency": true})"),
                            {})
                      .at(0);
  const GenerateOptions& o = job.options;
  EXPECT_EQ(o.model, "m");
  EXPECT_EQ(job.options.weights_sha256.at("vae").substr(0, 4), "0123");
  EXPECT_EQ(o.negative_prompt, "n");
  EXPECT_EQ(o.input, "in.mp4");
  EXPECT_EQ(o.strength, 0.5);
  EXPECT_EQ(o.size.width, 320);
  EXPECT_EQ(o.size.fps, 23.976);
  EXPECT_EQ(o.sampling.solver, "heun");
  EXPECT_EQ(o.sampling.sigmas, (std::vector<double>{1, 0.5}));
  EXPECT_EQ(o.sampling.seed, 18446744073709551615u);
  EXPECT_EQ(o.sampling.noise_rng, NoiseRng::kTorchCpu);
  EXPECT_TRUE(job.save_latents);
  EXPECT_EQ(o.vae.mode, TilingMode::kOn);
  EXPECT_EQ(o.vae.tiles.tile_width, 256);
  EXPECT_EQ(o.vae.tiles.tile_height, 128);
  EXPECT_EQ(o.vae.tiles.stride_height, 96);
  EXPECT_EQ(o.compute.threads, 2);
  EXPECT_EQ(o.compute.max_memory_gib, 4);
  EXPECT_EQ(o.output.codec, "h265");
  EXPECT_EQ(o.output.crf, 16);
  EXPECT_TRUE(job.save_frames);
  EXPECT_FALSE(job.contact_sheet);
  EXPECT_TRUE(o.output.consistency);
}

TEST_F(JobFile, ErrorsNamePlaceValueAndExpectation) {
  expect_error<DataError>(
      [&] {
        read_jobs(write("job.json",
                        "{\"schema_version\": 1, \"id\": \"a\",\n  \"prompt\": \"p\",\n"
                        "  \"sampling\": {\n    \"step\": 9}}"),
                  {});
      },
      {"job.json:4:5: /sampling/step is not a key", "did you mean \"steps\"?"});
  refused("/width", 1.5, {"/width is 1.5", "whole number from 1 to 16384"});
  refused("/width", 4294967297, {"/width is 4294967297"});
  refused("/width", nullptr, {"/width is null"});
  refused("/width", "512", {"/width is \"512\""});
  refused("/seed", -1, {"/seed is -1", "0 to 18446744073709551615"});
  refused("/seed", 1e19, {"/seed is 1e+19"});
  refused("/fps", 0, {"/fps is 0"});
  refused("/id", "../x", {"/id is \"../x\""});
  refused("/id", "", {"/id is \"\""});
  refused("/schema_version", 2, {"/schema_version is 2"});
  refused("/sampling", 3, {"/sampling is 3", "an object"});
  refused("/sampling/solver", "eular", {"did you mean \"euler\"?"});
  refused("/Width", 16, {"/Width is not a key", "did you mean \"width\"?"});
  refused("/vae/tile_px", json::array({256, 128.5}), {"/vae/tile_px"});
  refused("/task", "v2v", {"/task is \"v2v\"", "expected input for v2v"});
  refused("/input", "x.mp4", {"/task is \"t2v\"", "that of v2v"});
}

TEST_F(JobFile, WhatMustBeThere) {
  for (const char* key : {"schema_version", "id", "prompt"}) {
    json document = smallest();
    document.erase(key);
    expect_error<DataError>([&] { read(document); }, {std::string("/") + key + " is missing"});
  }
}

TEST_F(JobFile, WholeNumbersMayHaveAPoint) {
  json document = smallest();
  document["width"] = 64.0;
  EXPECT_EQ(read(document).at(0).options.size.width, 64);
}

TEST_F(JobFile, CommandLineOverJobOverPreset) {
  json document = smallest();
  document["model"] = {{"preset", "hunyuan_t2v_720p@1"}};
  document["height"] = 704;
  document["sampling"] = {{"steps", 30}};
  const Job job = read(document, {"sampling.steps=7", "id=b", "seed=3"}).at(0);
  EXPECT_EQ(job.id, "b");
  EXPECT_EQ(job.options.size.width, 1280);
  EXPECT_EQ(job.options.size.height, 704);
  EXPECT_EQ(job.options.sampling.steps, 7);
  EXPECT_EQ(job.options.sampling.flow_shift, 7);
  EXPECT_EQ(job.options.sampling.seed, 3u);
  expect_error<DataError>(
      [&] { read(document, {"model.preset=hunyuan_t2v_720@1"}); },
      {"job.json: /model/preset is \"hunyuan_t2v_720@1\"", "did you mean \"hunyuan_t2v_720p@1\"?"});
}

TEST_F(JobFile, ListsOfJobs) {
  json other = smallest();
  other["id"] = "b";
  EXPECT_EQ(read(json::array({smallest(), other})).at(1).id, "b");
  const std::string lines = smallest().dump() + "\n\n" + other.dump() + "\r\n";
  EXPECT_EQ(read_jobs(write("jobs.jsonl", lines), {}).size(), 2u);
  expect_error<DataError>(
      [&] {
        read(json::array({smallest(), smallest()}));
      },
      {"\"a\" comes twice"});
  expect_error<DataError>([&] { read(json::array()); }, {"no job"});
  other["width"] = -1;
  expect_error<DataError>([&] { read(json::array({smallest(), other})); }, {"/1/width is -1"});
  expect_error<DataError>(
      [&] { read_jobs(write("bad.jsonl", smallest().dump() + "\n" + other.dump()), {}); },
      {"bad.jsonl:2: /width is -1"});
  expect_error<DataError>([&] { read_jobs(write("x.json", "{} {}"), {}); }, {"not valid JSON"});
  expect_error<DataError>([&] { read_jobs(write("x.json", R"({"id": "a", "id": "b"})"), {}); },
                          {"\"id\" appears twice"});
}

// The verdicts are those of configs/job.schema.json; tests/tools/checks/job_schema_test.py sees to
// that.
TEST_F(JobFile, TheReaderAgreesWithTheSchema) {
  std::ifstream cases(FLOWREEL_TEST_DATA "/jobs/cases.jsonl");
  int accepted = 0, refused = 0;
  for (std::string line; std::getline(cases, line);) {
    const json one = json::parse(line);
    std::string said;
    try {
      read(one["job"]);
    } catch (const Error& error) {
      said = error.what();
    }
    EXPECT_EQ(said.empty(), one["valid"].get<bool>()) << line << "\n" << said;
    ++(said.empty() ? accepted : refused);
  }
  EXPECT_GT(accepted, 50);
  EXPECT_GT(refused, 50);
}

TEST_F(JobFile, WhatIsWrittenIsReadBack) {
  Job written_job;
  GenerateOptions& options = written_job.options;
  options.model = "m";
  options.prompt = "a \"red\" star";
  options.negative_prompt = "";
  options.size = {64, 32, 9, 12.5};
  options.sampling.cfg_scale = 3;
  options.sampling.sigmas = {1, 0.25};
  options.sampling.seed = 18446744073709551615u;
  options.vae.tiles.tile_width = 128;
  options.compute.max_memory_gib = 2;
  options.output.crf = 3;
  options.compute.determinism = Determinism::kStrict;
  options.checkpoint.every_steps = 3;
  options.weights_sha256["vae"] = std::string(64, '0');
  written_job.id = "again";
  written_job.timeout_s = 60;
  written_job.save_latents = written_job.save_frames = true;
  written_job.contact_sheet = false;
  written_job.options.output.consistency = true;
  const json written = job_json(written_job);
  const Job job = read(written).at(0);
  EXPECT_EQ(job_json(job), written);
  EXPECT_EQ(job.timeout_s, 60);
  EXPECT_EQ(job.options.sampling.seed, options.sampling.seed);
  EXPECT_EQ(job.options.negative_prompt, "");
}

}  // namespace
}  // namespace flowreel
