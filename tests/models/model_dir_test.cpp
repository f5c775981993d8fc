// The index of a pipeline directory, and components that are not what a run expects. Whole runs on
// broken directories are tested with pipeline/generate.
#include "models/model_dir.h"

#include <fstream>
#include <set>

#include "errors/error.h"
#include "models/model_defaults.h"
#include "models/weights/config.h"
#include "tests/models/golden.h"

namespace flowreel {
namespace {

namespace fs = std::filesystem;

// Copies of the committed pipelines, free to be changed.
class ModelDirTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "flowreel_models_XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    fs::copy(fs::path(FLOWREEL_TEST_DATA) / "golden/tiny/model", model(),
             fs::copy_options::recursive);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string model() const { return folder_ + "/model"; }
  void write(const std::string& file, const std::string& text) const {
    std::ofstream(model() + "/" + file) << text;
  }
  void replace(const std::string& file, const std::string& from, const std::string& to) const {
    std::ifstream in(model() + "/" + file);
    std::string text((std::istreambuf_iterator<char>(in)), {});
    const size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    write(file, text.replace(at, from.size(), to));
  }
  template <typename E, typename F>
  void expect_error(F&& act, const std::vector<std::string>& parts) const {
    try {
      act();
      ADD_FAILURE() << "no error";
    } catch (const E& error) {
      const std::string text = error.what();
      EXPECT_EQ(text.find('\n'), std::string::npos) << text;
      for (const std::string& part : parts)
        EXPECT_NE(text.find(part), std::string::npos) << part << " is not in: " << text;
    }
  }

  std::string folder_;
};

TEST_F(ModelDirTest, ListsItsComponents) {
  const ModelDirectory directory(model() + "//");
  EXPECT_EQ(directory.path(), model());
  EXPECT_EQ(directory.pipeline_class(), "HunyuanVideoPipeline");
  EXPECT_EQ(directory.components().at("transformer"), "HunyuanVideoTransformer3DModel");
  EXPECT_EQ(directory.components().at("scheduler"), "FlowMatchEulerDiscreteScheduler");
  EXPECT_EQ(directory.components().size(), 7u);
  EXPECT_TRUE(directory.has("vae"));
  EXPECT_FALSE(directory.has("image_encoder"));
}

TEST_F(ModelDirTest, NotADirectory) {
  expect_error<MissingInputError>([&] { ModelDirectory(folder_ + "/none"); },
                                  {folder_ + "/none", "no such directory", "model_index.json"});
  expect_error<MissingInputError>([&] { ModelDirectory(model() + "/model_index.json"); },
                                  {"model_index.json", "no such directory"});
  expect_error<MissingInputError>([&] { ModelDirectory(""); }, {"\"\""});
}

TEST_F(ModelDirTest, IndexThatIsNoIndex) {
  for (const char* text : {"", "{", "[]", "{}", "{\"_class_name\": 3}", "null"}) {
    write("model_index.json", text);
    expect_error<DataError>([&] { ModelDirectory{model()}; }, {"model_index.json"});
  }
  write("model_index.json", R"({"_class_name": "FluxPipeline"})");
  expect_error<DataError>([&] { ModelDirectory{model()}; },
                          {"\"FluxPipeline\"", "HunyuanVideoPipeline"});
}

TEST_F(ModelDirTest, IndexEntries) {
  write("model_index.json", R"({"_class_name": "HunyuanVideoPipeline", "_x": [1], "flag": true,
                                "vae": ["diffusers", "AutoencoderKLHunyuanVideo"],
                                "scheduler": [null, null]})");
  EXPECT_EQ(ModelDirectory(model()).components().size(), 1u);
  expect_error<MissingInputError>([&] { ModelDirectory(model()).folder("scheduler"); },
                                  {"model_index.json", "\"scheduler\""});
  write("model_index.json", R"({"_class_name": "HunyuanVideoPipeline", "vae": ["a"]})");
  expect_error<DataError>([&] { ModelDirectory{model()}; }, {"\"vae\"", "[library, class]"});
  for (const char* name : {"../vae", "a/b", "..", "a\\\\b"}) {
    write("model_index.json", "{\"_class_name\": \"HunyuanVideoPipeline\", \"" + std::string(name) +
                                  "\": [\"l\", \"c\"]}");
    expect_error<PathError>([&] { ModelDirectory{model()}; }, {"not a folder name"});
  }
}

TEST_F(ModelDirTest, FolderThatIsNotThere) {
  fs::remove_all(model() + "/vae");
  const ModelDirectory directory(model());
  EXPECT_FALSE(directory.has("vae"));
  expect_error<MissingInputError>([&] { directory.vae_config(); }, {model() + "/vae", "not there"});
}

TEST_F(ModelDirTest, ClassesThatAreNotSupported) {
  replace("model_index.json", "AutoencoderKLHunyuanVideo", "AutoencoderKL");
  replace("model_index.json", "FlowMatchEulerDiscreteScheduler", "PNDMScheduler");
  replace("model_index.json", "HunyuanVideoTransformer3DModel", "FluxTransformer2DModel");
  const ModelDirectory directory(model());
  expect_error<DataError>([&] { directory.vae_config(); },
                          {"\"AutoencoderKL\"", "AutoencoderKLHunyuanVideo"});
  expect_error<DataError>([&] { directory.scheduler_config(); },
                          {"PNDMScheduler", "FlowMatchEulerDiscreteScheduler or DDIMScheduler"});
  expect_error<DataError>([&] { directory.build_transformer(); },
                          {"FluxTransformer2DModel", "HunyuanVideoTransformer3DModel"});
}

TEST_F(ModelDirTest, ConfigsThatAreBroken) {
  const ModelDirectory directory(model());
  write("vae/config.json", "{");
  expect_error<DataError>([&] { directory.vae_config(); }, {"vae/config.json"});
  replace("transformer/config.json", "\"num_layers\": 1", "\"num_layers\": -1");
  expect_error<DataError>([&] { directory.build_transformer(); },
                          {"transformer/config.json", "num_layers", "-1"});
  fs::remove(model() + "/text_encoder/config.json");
  expect_error<MissingInputError>([&] { directory.build_text_encoder(); },
                                  {"text_encoder/config.json"});
}

TEST_F(ModelDirTest, DefaultsOfItsOwn) {
  EXPECT_FALSE(model_defaults(ModelDirectory(model())).width);
  write("flowreel.json",
        R"({"width": 128, "fps": 16, "cfg_scale": 2.5, "words": ["red", "star"]})");
  const ModelDefaults defaults = model_defaults(ModelDirectory(model()));
  EXPECT_EQ(defaults.width, 128);
  EXPECT_FALSE(defaults.height);
  EXPECT_EQ(defaults.fps, 16);
  EXPECT_EQ(defaults.cfg_scale, 2.5);
  EXPECT_EQ(defaults.words, (std::vector<std::string>{"red", "star"}));
  write("flowreel.json", R"({"steps": 0})");
  expect_error<DataError>([&] { model_defaults(ModelDirectory(model())); },
                          {"flowreel.json", "steps", "0"});
}

TEST_F(ModelDirTest, WeightsThatDoNotFitTheConfig) {
  replace("transformer/config.json", "\"num_layers\": 1", "\"num_layers\": 2");
  const ModelDirectory directory(model());
  expect_error<DataError>([&] { directory.check("transformer"); },
                          {"transformer", "missing", "transformer_blocks.1."});
  EXPECT_NO_THROW(directory.check("vae"));
  EXPECT_NO_THROW(directory.check("scheduler"));
}

// Half of an autoencoder reads half of its weights, each once.
TEST_F(ModelDirTest, ReadsAreObserved) {
  ModelDirectory directory(model());
  std::multiset<std::string> read;
  directory.observe_reads([&](const std::string& component, const std::string& name,
                              const TensorInfo& info, const void*, size_t bytes) {
    EXPECT_EQ(info.bytes(), bytes);
    read.insert(component + ":" + name);
  });
  directory.load_vae(HunyuanVae::Part::kDecoder, {});
  EXPECT_EQ(read.count("vae:decoder.conv_in.conv.weight"), 1u);
  EXPECT_EQ(read.count("vae:encoder.conv_in.conv.weight"), 0u);
  for (const std::string& name : read) EXPECT_EQ(read.count(name), 1u) << name;
}

}  // namespace
}  // namespace flowreel
