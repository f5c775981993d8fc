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

// FIPS 180-4 and NIST's examples.
TEST(Hash, KnownAnswers) {
  EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Hash, PartsOrWhole) {
  Sha256 hash;
  for (const char* part : {"a", "", "bc"}) hash.update(part, std::string(part).size());
  EXPECT_EQ(hash.hex(), sha256("abc"));
}

TEST(Hash, OfATensorIsOfItsBytesInOrder) {
  const at::Tensor x = at::tensor({97, 98, 99}, at::kByte);
  EXPECT_EQ(sha256_of_tensor(x), sha256("abc"));
  EXPECT_EQ(sha256_of_tensor(x.flip(0).contiguous().flip(0)), sha256("abc"));
  const at::Tensor pairs = at::tensor({97, 99, 98, 100}, at::kByte).view({2, 2});
  EXPECT_EQ(sha256_of_tensor(pairs.t()), sha256("abcd"));
}

TEST(Hash, OfAFile) {
  const ScratchFolder folder;
  std::ofstream(folder / "f") << "abc";
  EXPECT_EQ(sha256_of_file(folder / "f"), sha256("abc"));
  EXPECT_THROW(sha256_of_file(folder / "none"), IoError);
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
