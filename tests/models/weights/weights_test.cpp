#include "models/weights/weights.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>

#include "models/weights/shape_text.h"
#include "tests/models/weights/scratch.h"

namespace flowreel {
namespace {

using testing::entry;
using testing::expect_error;
using testing::file_bytes;
using testing::header_of;
using testing::ScratchFolder;

void put_tensor(const ScratchFolder& folder, const std::string& file, const std::string& tensor,
                double value = 1.0) {
  write_safetensors(folder / file, {{tensor, at::full({2}, value)}});
}

void put_index(const ScratchFolder& folder, const std::string& file, const std::string& map) {
  folder.put(file, "{\"metadata\":{\"total_size\":16},\"weight_map\":" + map + "}");
}

void expect_value(const std::string& path, const std::string& tensor, double value) {
  const Weights weights = Weights::open(path);
  ASSERT_TRUE(weights.contains(tensor)) << path;
  EXPECT_EQ(weights.read(tensor)[0].item<float>(), value) << path;
}

TEST(Weights, OpensOneFileByNameOrDirectory) {
  const ScratchFolder folder;
  put_tensor(folder, "any name.safetensors", "w", 1);
  expect_value(folder / "any name.safetensors", "w", 1);
  put_tensor(folder, "model.safetensors", "w", 2);
  expect_value(folder.path(), "w", 2);
  expect_value(folder.path() + "/", "w", 2);
  put_tensor(folder, "diffusion_pytorch_model.safetensors", "w", 3);
  expect_value(folder.path(), "w", 3);
}

TEST(Weights, OpensShardsByTheirIndex) {
  const ScratchFolder folder;
  put_tensor(folder, "model-00001-of-00002.safetensors", "a", 1);
  put_tensor(folder, "model-00002-of-00002.safetensors", "b", 2);
  put_index(
      folder, "model.safetensors.index.json",
      "{\"a\":\"model-00001-of-00002.safetensors\",\"b\":\"model-00002-of-00002.safetensors\"}");
  expect_value(folder.path(), "a", 1);
  expect_value(folder.path(), "b", 2);
  EXPECT_EQ(Weights::open(folder.path()).names(), (std::vector<std::string>{"a", "b"}));
}

TEST(Weights, ShardsMayBeSymbolicLinks) {
  const ScratchFolder folder;
  put_tensor(folder, "blob", "a", 1);
  ASSERT_EQ(::symlink("blob", (folder / "model.safetensors").c_str()), 0);
  expect_value(folder.path(), "a", 1);
}

TEST(Weights, TheIndexDecidesAboutTensorsInTwoShards) {
  const ScratchFolder folder;
  put_tensor(folder, "s1.safetensors", "a", 1);
  write_safetensors(folder / "s2.safetensors",
                    {{"a", at::full({2}, 2.0)}, {"b", at::full({2}, 3.0)}});
  put_index(folder, "model.safetensors.index.json", "{\"a\":\"s2.safetensors\"}");
  expect_value(folder.path(), "a", 2);
  EXPECT_FALSE(Weights::open(folder.path()).contains("b"));
}

TEST(Weights, FindsTheOnlyVariant) {
  for (const char* name : {"model.fp16.safetensors", "diffusion_pytorch_model.bf16.safetensors",
                           "model.non_ema.safetensors"}) {
    const ScratchFolder folder;
    put_tensor(folder, name, "w", 1);
    expect_value(folder.path(), "w", 1);
  }
  for (const char* name :
       {"model.safetensors.index.fp16.json", "model.fp16.safetensors.index.json"}) {
    for (const char* shard :
         {"model.fp16-00001-of-00001.safetensors", "model-00001-of-00001.fp16.safetensors"}) {
      const ScratchFolder folder;
      put_tensor(folder, shard, "w", 1);
      put_index(folder, name, std::string("{\"w\":\"") + shard + "\"}");
      expect_value(folder.path(), "w", 1);
    }
  }
}

TEST(Weights, PrefersTheFileWithoutVariant) {
  const ScratchFolder folder;
  put_tensor(folder, "model.fp16.safetensors", "w", 1);
  put_tensor(folder, "model.bf16.safetensors", "w", 2);
  expect_error(65, {"bf16, fp16", "several variants"}, [&] { Weights::open(folder.path()); });
  put_tensor(folder, "model.safetensors", "w", 3);
  expect_value(folder.path(), "w", 3);
}

TEST(Weights, SaysWhatWasLookedForAndWhatIsThere) {
  const ScratchFolder folder;
  const auto open = [&] { Weights::open(folder.path()); };
  expect_error(66, {"gone", "No such file"}, [&] { Weights::open(folder / "gone"); });
  expect_error(
      66, {folder.path(), "model.safetensors", "diffusion_pytorch_model.safetensors.index.json"},
      open);
  folder.put("x.gguf", "GGUF");
  expect_error(66, {"\"x.gguf\"", "not supported"}, open);
  folder.put("pytorch_model.bin", "PK\x03\x04");
  expect_error(66, {"\"pytorch_model.bin\"", "pickle", "never loaded", "save_file"}, open);
  const ScratchFolder shards;
  put_tensor(shards, "model-00001-of-00002.safetensors", "w");
  expect_error(66, {"model-00001-of-00002.safetensors", "index"},
               [&] { Weights::open(shards.path()); });
}

TEST(Weights, PickleNamedAsWeightsIsRefused) {
  const ScratchFolder folder;
  folder.put("mp_rank_00_model_states.pt", "PK\x03\x04 archive, data.pkl");
  expect_error(65, {"mp_rank_00_model_states.pt", "pickle"},
               [&] { Weights::open(folder / "mp_rank_00_model_states.pt"); });
}

class BrokenIndex : public ::testing::Test {
 protected:
  BrokenIndex() {
    put_tensor(folder_, "s1.safetensors", "a");
    put_tensor(folder_, "s2.safetensors", "b");
  }
  void refuse(int code, const std::string& map, const std::vector<std::string>& parts) {
    SCOPED_TRACE(map);
    put_index(folder_, "model.safetensors.index.json", map);
    expect_error(code, parts, [&] { Weights::open(folder_.path()); });
  }
  ScratchFolder folder_;
};

TEST_F(BrokenIndex, ShardsOutsideTheDirectory) {
  for (const char* name : {"../../etc/passwd", "/etc/passwd", "sub/s1.safetensors", "..",
                           "./s1.safetensors", "..\\\\s1.safetensors", "a..b.safetensors"}) {
    refuse(77, std::string("{\"a\":\"") + name + "\"}", {"index.json", "beside their index"});
  }
}

TEST_F(BrokenIndex, ShardNames) {
  for (const char* name : {"", ".safetensors", "s1.bin", "s 1.safetensors", "s1.safetensors\\n",
                           "~s1.safetensors", "s\u00e91.safetensors", "%d.safetensors"}) {
    refuse(65, std::string("{\"a\":\"") + name + "\"}", {"is not a file name"});
  }
}

TEST_F(BrokenIndex, MissingShard) {
  refuse(66, "{\"a\":\"s3.safetensors\"}", {"s3.safetensors", "No such file", "index.json"});
}

TEST_F(BrokenIndex, TensorInAnotherShardOrInNone) {
  refuse(65, "{\"a\":\"s2.safetensors\",\"b\":\"s1.safetensors\"}",
         {"\"a\"", "s2.safetensors", "but in", "s1.safetensors"});
  refuse(65, "{\"c\":\"s1.safetensors\"}", {"\"c\"", "nor in another shard"});
}

TEST_F(BrokenIndex, Documents) {
  refuse(65, "[]", {"no weight_map"});
  refuse(65, "{\"a\":1}", {"\"a\"", "not text"});
  refuse(65, "{\"a\":\"s1.safetensors\",\"a\":\"s2.safetensors\"}", {"\"a\"", "twice"});
  refuse(65, "{\"a\":\"s1.safetensors\"", {"not valid JSON"});
  folder_.put("model.safetensors.index.json", "[]");
  expect_error(65, {"no weight_map"}, [&] { Weights::open(folder_.path()); });
  folder_.put("model.safetensors.index.json", std::string(100'000, '['));
  expect_error(65, {"nested deeper"}, [&] { Weights::open(folder_.path()); });
}

TEST_F(BrokenIndex, BrokenShardIsNamed) {
  folder_.put("s2.safetensors", "short");
  refuse(65, "{\"a\":\"s1.safetensors\",\"b\":\"s2.safetensors\"}",
         {"s2.safetensors", "HeaderTooSmall"});
}

TEST(Weights, ObserverSeesTheBytesAsStored) {
  const ScratchFolder folder;
  const std::string header = header_of({entry("w", "BF16", "[4]", "[0,8]")});
  folder.put("model.safetensors", file_bytes(header, 8));
  Weights weights = Weights::open(folder.path());
  std::string seen;
  weights.observe_reads(
      [&](const std::string& name, const TensorInfo& info, const void* data, size_t bytes) {
        EXPECT_EQ(name, "w");
        EXPECT_EQ(info.dtype, at::kBFloat16);
        seen.append(static_cast<const char*>(data), bytes);
      });
  weights.read("w");
  EXPECT_EQ(seen, std::string("\0\1\2\3\4\5\6\7", 8));
  expect_error(65, {"no tensor \"v\""}, [&] { weights.read("v"); });
  expect_error(65, {"no tensor \"v\""}, [&] { weights.info("v"); });
}

// The header of a 13-billion-parameter model over a file of holes: opening must not read the data.
TEST(Weights, OpensSparseFilesOfAnySizeAtOnce) {
  const ScratchFolder folder;
  const int64_t size = 13'000'000'000;
  const std::string header =
      header_of({entry("a", "U8", "[4]", "[0,4]"),
                 entry("w", "U8", shape_text({size - 4}), shape_text({4, size}))});
  folder.put("model.safetensors", file_bytes(header, 0));
  std::error_code error;
  std::filesystem::resize_file(folder / "model.safetensors",
                               8 + header.size() + static_cast<uint64_t>(size), error);
  if (error) GTEST_SKIP() << "no sparse files here: " << error.message();
  const auto start = std::chrono::steady_clock::now();
  const Weights weights = Weights::open(folder.path());
  EXPECT_EQ(weights.info("w").bytes(), 12'999'999'996u);
  EXPECT_TRUE(at::equal(weights.read("a"), at::zeros({4}, at::kByte)));
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  EXPECT_LT(seconds.count(), 1.0);
}

#ifndef __SANITIZE_ADDRESS__  // which ends the program instead of refusing the memory
TEST(Weights, TensorLargerThanTheAddressSpaceIsAMemoryError) {
  const ScratchFolder folder;
  const int64_t size = int64_t{1} << 43;
  const std::string header =
      header_of({entry("w", "U8", shape_text({size}), shape_text({0, size}))});
  folder.put("model.safetensors", file_bytes(header, 0));
  std::error_code error;
  std::filesystem::resize_file(folder / "model.safetensors",
                               8 + header.size() + static_cast<uint64_t>(size), error);
  if (error) GTEST_SKIP() << "no file of 8 TB here: " << error.message();
  expect_error(33, {"\"w\"", "8796093022208 bytes"},
               [&] { Weights::open(folder.path()).read("w"); });
}
#endif

}  // namespace
}  // namespace flowreel
