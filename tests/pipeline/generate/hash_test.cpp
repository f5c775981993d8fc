#include "pipeline/generate/hash.h"

#include "models/weights/weights.h"
#include "tests/pipeline/generate/run.h"

namespace flowreel {
namespace {

std::string sha256(const std::string& text) {
  Sha256 hash;
  hash.update(text.data(), text.size());
  return hash.hex();
}

TEST(Hash, OfATensorIsOfItsBytesInOrder) {
  const at::Tensor x = at::tensor({97, 98, 99}, at::kByte);
  EXPECT_EQ(sha256_of_tensor(x), sha256("abc"));
  EXPECT_EQ(sha256_of_tensor(x.flip(0).contiguous().flip(0)), sha256("abc"));
  const at::Tensor pairs = at::tensor({97, 99, 98, 100}, at::kByte).view({2, 2});
  EXPECT_EQ(sha256_of_tensor(pairs.t()), sha256("abcd"));
}

std::map<std::string, std::string> digest_of(const std::string& path) {
  ModelDirectory model(path);
  WeightsDigest digest;
  model.observe_reads(digest.observer());
  model.load_transformer({});
  model.load_vae(HunyuanVae::Part::kDecoder, {});
  return digest.by_component();
}

// `small` is sharded; the same tensors in one file are the same weights.
TEST(WeightsDigest, DoesNotSeeShards) {
  const ScratchFolder folder;
  const std::string sharded = std::string(FLOWREEL_TEST_DATA) + "/golden/small/model";
  const std::string single = copy_model(sharded, folder / "model");
  TensorMap tensors;
  std::vector<std::string> shards;
  for (const auto& entry : std::filesystem::directory_iterator(single + "/transformer")) {
    if (entry.path().filename() != "config.json") shards.push_back(entry.path());
  }
  ASSERT_GE(shards.size(), 3u);
  for (const std::string& shard : shards) {
    if (std::filesystem::path(shard).extension() == ".safetensors") {
      const SafetensorsFile file(shard);
      for (const auto& [name, info] : file.tensors()) tensors[name] = file.read(name);
    }
  }
  for (const std::string& shard : shards) std::filesystem::remove(shard);
  const std::string file = single + "/transformer/diffusion_pytorch_model.safetensors";
  write_safetensors(file, tensors);
  const auto expected = digest_of(sharded);
  EXPECT_EQ(expected.size(), 2u);
  EXPECT_EQ(digest_of(single), expected);

  edit_weights(file, [](TensorMap& t) { t.at("proj_out.bias").view(-1)[0] += 1; });
  const auto changed = digest_of(single);
  EXPECT_NE(changed.at("transformer"), expected.at("transformer"));
  EXPECT_EQ(changed.at("vae"), expected.at("vae"));
}

// By hand: sha256 over "name dtype [shape] sha256-of-bytes\n", sorted by name.
TEST(WeightsDigest, IsTheHashOfItsLines) {
  WeightsDigest digest;
  const auto observe = digest.observer();
  TensorInfo info;
  info.dtype = at::kByte;
  info.shape = {3};
  observe("vae", "b", info, "abc", 3);
  observe("vae", "a", info, "abc", 3);
  observe("vae", "a", info, "abc", 3);  // read again: the same weights
  const std::string line = " Byte [3] " + sha256("abc") + "\n";
  EXPECT_EQ(digest.by_component().at("vae"), sha256("a" + line + "b" + line));
}

}  // namespace
}  // namespace flowreel
