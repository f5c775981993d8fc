#include "configs/feature_manifest.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "errors/error.h"
#include "tests/scratch_folder.h"

namespace flowreel {
namespace {

using nlohmann::json;

class FeatureManifest : public ::testing::Test {
 protected:
  static json whole() {
    const json input = {{"size", 224},
                        {"resize", "bicubic"},
                        {"crop", "centre"},
                        {"mean", {0.5, 0.25, 0}},
                        {"std", {1, 2, 3}}};
    const json file = {{"file", "a.pt"}, {"sha256", std::string(64, 'A')}, {"torch", "2.6.0+cpu"}};
    json image = file;
    image["input"] = input;
    return {{"models", {{"dino", image}, {"clip", image}, {"raft", file}, {"lpips", file}}}};
  }

  std::vector<FeatureFile> read(const json& document) {
    return read_feature_manifest(folder_.put("sub/features.json", document.dump()));
  }

  // The complaint when the value at a pointer is this one.
  std::string complaint(const std::string& pointer, const json& value) {
    json changed = whole();
    changed[json::json_pointer(pointer)] = value;
    try {
      read(changed);
    } catch (const DataError& error) {
      return error.what();
    }
    return "";
  }

  testing::ScratchFolder folder_;
};

TEST_F(FeatureManifest, IsReadWhole) {
  const std::vector<FeatureFile> files = read(whole());
  ASSERT_EQ(files.size(), 4u);
  EXPECT_EQ(files[0].role, FeatureRole::kDino);
  EXPECT_EQ(files[3].role, FeatureRole::kLpips);
  const FeatureFile& clip = files[1];
  EXPECT_EQ(clip.path, folder_ / "sub/a.pt");
  EXPECT_EQ(clip.sha256, std::string(64, 'a'));
  EXPECT_EQ(clip.torch_major, 2);
  EXPECT_EQ(clip.torch_minor, 6);
  EXPECT_EQ(clip.input.size, 224);
  EXPECT_TRUE(clip.input.bicubic);
  EXPECT_TRUE(clip.input.centre_crop);
  EXPECT_EQ(clip.input.mean, (std::array<double, 3>{0.5, 0.25, 0}));
  EXPECT_EQ(clip.input.std_dev, (std::array<double, 3>{1, 2, 3}));
  json one = whole();
  one["models"] = {{"raft", whole()["models"]["raft"]}};
  one["models"]["raft"]["file"] = "/models/raft.pt";
  EXPECT_EQ(read(one).at(0).path, "/models/raft.pt");
}

TEST_F(FeatureManifest, EveryKeyIsNeededAndNoOther) {
  const json document = whole();
  for (const std::string object : {"", "/models/dino", "/models/clip/input", "/models/raft"}) {
    for (const auto& item : document.at(json::json_pointer(object)).items()) {
      json changed = document;
      changed.at(json::json_pointer(object)).erase(item.key());
      EXPECT_THROW(read(changed), DataError) << object << "/" << item.key();
      EXPECT_NE(complaint(object + "/" + item.key(), true), "") << object << "/" << item.key();
    }
    EXPECT_NE(complaint(object + "/more", 1).find("more"), std::string::npos) << object;
  }
  // Frames are not prepared for these.
  EXPECT_NE(complaint("/models/raft/input", whole()["models"]["dino"]["input"]), "");
  EXPECT_NE(complaint("/models/dreamsim", whole()["models"]["dino"]), "");
  EXPECT_NE(complaint("/models", json::object()).find("at least one of dino"), std::string::npos);
}

TEST_F(FeatureManifest, ValuesNameTheirPlace) {
  const std::string sha256 = complaint("/models/lpips/sha256", std::string(63, 'a') + "g");
  EXPECT_NE(sha256.find("features.json"), std::string::npos);
  EXPECT_NE(sha256.find("/models/lpips/sha256 is "), std::string::npos);
  EXPECT_NE(sha256.find("expected 64 hexadecimal digits"), std::string::npos);
  for (const auto& [place, value] :
       std::vector<std::pair<std::string, json>>{{"/models/dino/sha256", std::string(65, 'a')},
                                                 {"/models/dino/file", ""},
                                                 {"/models/dino/torch", "2"},
                                                 {"/models/dino/torch", "two.six"},
                                                 {"/models/dino/torch", "2.6rc1"},
                                                 {"/models/dino/torch", "-2.6"},
                                                 {"/models/dino/torch", 2.6},
                                                 {"/models/dino/input/size", 7},
                                                 {"/models/dino/input/size", 224.5},
                                                 {"/models/dino/input/resize", "nearest"},
                                                 {"/models/dino/input/crop", "center"},
                                                 {"/models/dino/input/mean", {0.5, 0.5}},
                                                 {"/models/dino/input/std", {1, 1, 0}},
                                                 {"/models/dino/input/std", {1, 1, -1}}}) {
    EXPECT_NE(complaint(place, value).find(place + " is "), std::string::npos) << place << value;
  }
  EXPECT_NE(complaint("/models/dino/input/crop", "center").find("centre"), std::string::npos);
}

TEST_F(FeatureManifest, WhatIsNoDocumentIsRefused) {
  EXPECT_THROW(read_feature_manifest(folder_.put("features.json", "{")), DataError);
  EXPECT_THROW(read_feature_manifest(folder_.put("features.json", "[]")), DataError);
  EXPECT_THROW(read_feature_manifest(folder_ / "none.json"), MissingInputError);
}

// The one that is shown to people.
TEST(FeatureManifestExample, IsWhole) {
  const std::vector<FeatureFile> files =
      read_feature_manifest(FLOWREEL_TEST_DATA "/../../configs/consistency/features-example.json");
  ASSERT_EQ(files.size(), 4u);
  EXPECT_TRUE(is_vbench_dino(files[0].input));
  EXPECT_TRUE(is_vbench_clip(files[1].input));
}

}  // namespace
}  // namespace flowreel
