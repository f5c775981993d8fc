#include "pipeline/consistency/features/feature_models.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/version.h>

#include "errors/error.h"
#include "files/sha256.h"
#include "tests/pipeline/consistency/features/test_networks.h"
#include "tests/scratch_folder.h"

namespace flowreel {
namespace {

std::string digest(const std::string& text) {
  Sha256 hash;
  hash.update(text.data(), text.size());
  return hash.hex();
}

class LoadFeatureModels : public ::testing::Test {
 protected:
  FeatureFile file(const std::string& bytes) const {
    FeatureFile one;
    one.role = FeatureRole::kRaft;
    one.path = folder_.put("raft.pt", bytes);
    one.sha256 = digest(bytes);
    one.torch_major = TORCH_VERSION_MAJOR;
    one.torch_minor = TORCH_VERSION_MINOR;
    return one;
  }

  // Why the file is not used; "" when it is.
  std::string missing(const FeatureFile& one) {
    const FeatureModels models = load_feature_models({one}, loader_);
    const auto model = models.find(FeatureRole::kRaft);
    EXPECT_EQ(model->missing.empty(), model->network != nullptr);
    return model->missing;
  }

  testing::ScratchFolder folder_;
  std::vector<std::string> loaded_;
  NetworkLoader loader_ = [this](const std::vector<uint8_t>& bytes) -> FeatureNetwork {
    loaded_.emplace_back(bytes.begin(), bytes.end());
    return [](const std::vector<at::Tensor>& inputs) { return inputs[0]; };
  };
};

TEST_F(LoadFeatureModels, TheLoaderGetsTheBytesThatWereHashed) {
  EXPECT_EQ(missing(file("an archive")), "");
  EXPECT_EQ(loaded_, std::vector<std::string>{"an archive"});
}

TEST_F(LoadFeatureModels, AFileThatIsNotThereIsNamed) {
  FeatureFile one = file("an archive");
  one.path = folder_ / "none.pt";
  EXPECT_NE(missing(one).find(one.path), std::string::npos);
  one.path = folder_.path();
  EXPECT_NE(missing(one).find(one.path), std::string::npos);
  EXPECT_TRUE(loaded_.empty());
}

// Nothing of it may run: the loader does not see it.
TEST_F(LoadFeatureModels, AnotherHashIsNotLoaded) {
  FeatureFile one = file("an archive");
  one.path = folder_.put("raft.pt", "an archivf");
  const std::string text = missing(one);
  EXPECT_NE(text.find(one.path), std::string::npos);
  EXPECT_NE(text.find("sha256 is " + digest("an archivf") + ", expected " + one.sha256),
            std::string::npos);
  EXPECT_TRUE(loaded_.empty());
}

TEST_F(LoadFeatureModels, ALaterTorchIsNotLoaded) {
  FeatureFile one = file("an archive");
  ++one.torch_minor;
  EXPECT_NE(missing(one).find("exported with torch " + std::to_string(one.torch_major) + "." +
                              std::to_string(one.torch_minor) + ", expected at most"),
            std::string::npos);
  one.torch_major = TORCH_VERSION_MAJOR + 1;
  one.torch_minor = 0;
  EXPECT_NE(missing(one), "");
  EXPECT_TRUE(loaded_.empty());
  one.torch_major = TORCH_VERSION_MAJOR - 1;
  one.torch_minor = TORCH_VERSION_MINOR + 5;
  EXPECT_EQ(missing(one), "");
}

TEST_F(LoadFeatureModels, WhatTheLoaderRefusesIsNamed) {
  loader_ = [](const std::vector<uint8_t>&) -> FeatureNetwork { throw DataError("no archive"); };
  const FeatureFile one = file("prose");
  EXPECT_EQ(missing(one), "\"" + one.path + "\": no archive");
}

TEST_F(LoadFeatureModels, WithoutALoaderNothingIsReadAndThatIsSaid) {
  loader_ = {};
  FeatureFile one = file("an archive");
  one.path = folder_ / "none.pt";
  EXPECT_NE(missing(one).find("built without TorchScript"), std::string::npos);
}

TEST_F(LoadFeatureModels, VersionsAreOfThoseThatAreUsed) {
  FeatureFile dino = file("an archive"), raft = dino;
  dino.role = FeatureRole::kDino;
  dino.input = test::vbench_dino();
  raft.sha256 = std::string(64, '0');
  const FeatureModels models = load_feature_models({dino, raft}, loader_);
  EXPECT_EQ(models.find(FeatureRole::kClip), nullptr);
  const std::map<std::string, std::string> expected = {
      {"network dino",
       "sha256 " + dino.sha256.substr(0, 16) + ", short side 224, bilinear, no crop"}};
  EXPECT_EQ(feature_versions(models), expected);
}

}  // namespace
}  // namespace flowreel
