// Model directories that are broken in one place.
#include <limits>

#include "tests/pipeline/generate/run.h"

namespace flowreel {
namespace {

class BrokenModelTest : public ::testing::Test {
 protected:
  BrokenModelTest() {
    std::filesystem::create_directory(folder_ / "out");
    options_.model = copy_model(options_.model, folder_ / "model");
  }

  template <typename E>
  std::string refused() {
    const std::string text = error_text<E>([&] { generate(options_, {}); });
    EXPECT_TRUE(std::filesystem::is_empty(folder_ / "out")) << text;
    return text;
  }
  std::string in_model(const std::string& path) const { return options_.model + "/" + path; }
  void edit_component(const std::string& component,
                      const std::function<void(TensorMap&)>& change) const {
    const bool is_text = component.rfind("text", 0) == 0;
    const std::string name = is_text ? "model" : "diffusion_pytorch_model";
    edit_weights(in_model(component + "/" + name + ".safetensors"), change);
  }

  ScratchFolder folder_;
  GenerateOptions options_ = quick_options(folder_ / "out/clip.mp4");
};

TEST_F(BrokenModelTest, CopyItselfWorks) {
  generate(options_, {});
  EXPECT_TRUE(std::filesystem::exists(options_.output.path));
}

TEST_F(BrokenModelTest, NoDirectory) {
  options_.model = folder_ / "elsewhere";
  expect_contains(refused<MissingInputError>(), {"elsewhere", "no such directory"});
}

TEST_F(BrokenModelTest, NoIndex) {
  std::filesystem::remove(in_model("model_index.json"));
  expect_contains(refused<MissingInputError>(), {"model_index.json"});
}

TEST_F(BrokenModelTest, AnotherPipeline) {
  edit_json(in_model("model_index.json"), "/_class_name", "\"LTXPipeline\"");
  expect_contains(refused<DataError>(),
                  {"model_index.json", "LTXPipeline", "HunyuanVideoPipeline"});
}

TEST_F(BrokenModelTest, EachComponentIsNeeded) {
  for (const char* component : {"transformer", "vae", "text_encoder", "text_encoder_2", "tokenizer",
                                "tokenizer_2", "scheduler"}) {
    std::filesystem::rename(in_model(component), folder_ / "aside");
    expect_contains(refused<MissingInputError>(), {in_model(component), "not there"});
    std::filesystem::rename(folder_ / "aside", in_model(component));
  }
}

TEST_F(BrokenModelTest, WrongShape) {
  edit_component("transformer",
                 [](TensorMap& tensors) { tensors["proj_out.bias"] = at::zeros({5}); });
  expect_contains(refused<DataError>(), {"transformer", "proj_out.bias", "[5]", "[4]"});
}

TEST_F(BrokenModelTest, MissingAndUnexpectedWeights) {
  edit_component("vae", [](TensorMap& tensors) {
    tensors["decoder.conv_in.conv.weights"] = tensors.at("decoder.conv_in.conv.weight");
    tensors.erase("decoder.conv_in.conv.weight");
  });
  expect_contains(refused<DataError>(), {"vae", "missing", "decoder.conv_in.conv.weight",
                                         "unexpected", "decoder.conv_in.conv.weights"});
}

TEST_F(BrokenModelTest, CutShort) {
  const std::string file = in_model("transformer/diffusion_pytorch_model.safetensors");
  std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
  expect_contains(refused<DataError>(), {file});
}

TEST_F(BrokenModelTest, TextEncoderWiderThanTheTransformerTakes) {
  edit_json(in_model("transformer/config.json"), "/text_embed_dim", "24");
  refused<DataError>();
}

TEST_F(BrokenModelTest, NanInTheTransformerNamesTheStep) {
  edit_component("transformer", [](TensorMap& tensors) {
    tensors.at("proj_out.bias")[1] = std::numeric_limits<float>::quiet_NaN();
  });
  expect_contains(refused<NumericsError>(), {"sampling step 0", "NaN"});
}

TEST_F(BrokenModelTest, InfinityInTheDecoderNamesTheFrame) {
  edit_component("vae", [](TensorMap& tensors) {
    tensors.at("decoder.conv_out.conv.bias")[2] = std::numeric_limits<float>::infinity();
  });
  expect_contains(refused<NumericsError>(), {"decoded frame 0", "infinite"});
}

class BlankClipTest : public BrokenModelTest {
 protected:
  BlankClipTest() {
    edit_component("vae", [](TensorMap& tensors) {
      tensors.at("decoder.conv_out.conv.weight").zero_();
      tensors.at("decoder.conv_out.conv.bias").fill_(-1);
    });
  }
};

TEST_F(BlankClipTest, IsRefused) {
  options_.output.frames_dir = folder_ / "out/frames";
  expect_contains(refused<NumericsError>(),
                  {"blank clip", "frames 0 to 8", "RGB 0,0,0", "--allow-blank"});
}

TEST_F(BlankClipTest, IsAcceptedOnRequest) {
  options_.output.allow_blank = true;
  generate(options_, {});
  EXPECT_TRUE(std::filesystem::exists(options_.output.path));
}

TEST_F(BrokenModelTest, SchedulerOptionsThatAreNotSupported) {
  const std::string file = in_model("scheduler/scheduler_config.json");
  edit_json(file, "/use_karras_sigmas", "true");
  expect_contains(refused<DataError>(), {"scheduler_config.json", "use_karras_sigmas", "false"});
  edit_json(file, "/use_karras_sigmas", "false");
  edit_json(file, "/num_train_timesteps", "500");
  expect_contains(refused<DataError>(), {"num_train_timesteps", "500", "1000"});
}

TEST_F(BrokenModelTest, AnotherScheduler) {
  edit_json(in_model("model_index.json"), "/scheduler/1", "\"PNDMScheduler\"");
  expect_contains(refused<DataError>(), {"PNDMScheduler", "FlowMatchEulerDiscreteScheduler"});
}

}  // namespace
}  // namespace flowreel
