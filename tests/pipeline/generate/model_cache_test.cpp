// A clip of a warm program is that of a new one.
#include "pipeline/generate/model_cache.h"

#include <fstream>

#include "pipeline/generate/generate.h"
#include "tests/pipeline/generate/run.h"

namespace flowreel {
namespace {

TEST(ModelCache, LoadsOnceAndTellsTheSameOfWhatWasRead) {
  ModelCache cache;
  cache.begin("model", true);
  int loads = 0;
  const auto get = [&](WeightsDigest& digest) {
    return *cache.get<int>("part", digest, [&] {
      digest.add({{"transformer", {{"weight", "line\n"}}}});
      return std::make_unique<int>(++loads);
    });
  };
  WeightsDigest first, second, third;
  first.add({{"text_encoder", {{"weight", "of another part\n"}}}});
  EXPECT_EQ(get(first), 1);
  EXPECT_EQ(get(second), 1);
  EXPECT_EQ(second.lines(), (WeightsDigest::Lines{{"transformer", {{"weight", "line\n"}}}}));
  cache.begin("another model", true);
  EXPECT_TRUE(cache.is_empty());
  EXPECT_EQ(get(third), 2);
  cache.begin("another model", false);
  EXPECT_TRUE(cache.is_empty());
  EXPECT_EQ(get(third), 3);
  EXPECT_TRUE(cache.is_empty());
}

class WarmTest : public ::testing::Test {
 protected:
  GenerateOptions options(const std::string& name) const { return quick_options(folder_ / name); }
  ScratchFolder folder_;
  ModelCache cache_;
};

TEST_F(WarmTest, TheSecondRunReadsNothingAndMakesTheSameBytes) {
  GenerateOptions cold = options("cold.mp4"), first = options("1.mp4"), second = options("2.mp4");
  cold.model = first.model = second.model = copy_model(cold.model, folder_ / "model");
  generate(cold, {});
  generate(first, {}, &cache_);
  ASSERT_FALSE(cache_.is_empty());
  generate(second, {}, &cache_);
  for (const char* name : {"1", "2"}) {
    EXPECT_EQ(read_bytes(folder_ / (std::string(name) + ".mp4")), read_bytes(folder_ / "cold.mp4"));
    EXPECT_EQ(read_bytes(folder_ / (std::string(name) + ".json")),
              read_bytes(folder_ / "cold.json"));
  }
}

TEST_F(WarmTest, WeightsThatWereExchangedAreReadAnew) {
  GenerateOptions before = options("1.mp4"), after = options("2.mp4");
  before.model = after.model = copy_model(before.model, folder_ / "model");
  const RunRecord first = generate(before, {}, &cache_);
  edit_weights(before.model + "/transformer/diffusion_pytorch_model.safetensors",
               [](TensorMap& tensors) { tensors.begin()->second.add_(1); });
  const RunRecord second = generate(after, {}, &cache_);
  EXPECT_NE(first.weights.at("transformer"), second.weights.at("transformer"));
  EXPECT_EQ(first.weights.at("vae"), second.weights.at("vae"));
}

// Other models, sizes, inputs and failures in between leave no trace.
TEST_F(WarmTest, ManyRunsOfManyKindsLeaveNoTrace) {
  const RunRecord cold = generate(options("cold.mp4"), {});
  for (int i = 0; i < 3; ++i) {
    const std::string number = std::to_string(i);
    GenerateOptions other = options("other" + number + ".mp4");
    other.size.num_frames = 13;
    other.sampling.cfg_scale = 2;
    other.compute.dtype = i == 1 ? "bfloat16" : "float32";
    generate(other, {}, &cache_);
    GenerateOptions from = options("from" + number + ".mp4");
    from.input = folder_ / "cold.mp4";
    generate(from, {}, &cache_);
    GenerateOptions broken = options("broken" + number + ".mp4");
    broken.weights_sha256["vae"] = std::string(64, '0');
    EXPECT_THROW(generate(broken, {}, &cache_), DataError);
    GenerateOptions again = options("again" + number + ".mp4");
    EXPECT_EQ(generate(again, {}, &cache_).hashes, cold.hashes) << i;
    EXPECT_EQ(read_bytes(again.output.path), read_bytes(folder_ / "cold.mp4")) << i;
  }
}

}  // namespace
}  // namespace flowreel
