#include "models/registry.h"

#include <gtest/gtest.h>

#include <set>

#include "errors/error.h"
#include "models/weights/config.h"

namespace flowreel {
namespace {

TEST(Registry, NamesAreUniqueAndBuild) {
  std::set<std::string> names;
  for (const TransformerFamily& family : transformer_families())
    EXPECT_TRUE(names.insert(family.class_name).second) << family.class_name;
  EXPECT_EQ(names.count("HunyuanVideoTransformer3DModel"), 1u);
}

TEST(Registry, UnknownClassListsTheKnownOnes) {
  const ModelConfig config = ModelConfig::from_text("{}", "transformer/config.json");
  try {
    build_transformer("WanTransformer3DModel", config);
    ADD_FAILURE() << "no error";
  } catch (const DataError& error) {
    const std::string text = error.what();
    for (const char* part :
         {"transformer/config.json", "\"WanTransformer3DModel\"", "HunyuanVideoTransformer3DModel"})
      EXPECT_NE(text.find(part), std::string::npos) << text;
  }
}

TEST(Registry, BuildsWhatTheConfigSays) {
  const ModelConfig config = ModelConfig::from_text(
      R"({"num_attention_heads": 2, "attention_head_dim": 8, "num_layers": 1,
          "num_single_layers": 1, "num_refiner_layers": 1, "rope_axes_dim": [2, 2, 4],
          "in_channels": 6, "out_channels": 6, "text_embed_dim": 12, "patch_size": 2,
          "pooled_projection_dim": 10, "patch_size_t": 1, "guidance_embeds": false,
          "mlp_ratio": 3.0})",
      "transformer/config.json");
  const auto transformer = build_transformer("HunyuanVideoTransformer3DModel", config);
  EXPECT_EQ(transformer->width(), 16);
  EXPECT_EQ(transformer->mlp_width(), 48);
  EXPECT_EQ(transformer->latent_channels(), 6);
  EXPECT_EQ(transformer->text_width(), 12);
  EXPECT_EQ(transformer->pooled_width(), 10);
  EXPECT_EQ(transformer->patch(), (std::array<int64_t, 3>{1, 2, 2}));
  EXPECT_FALSE(transformer->embeds_guidance());
}

}  // namespace
}  // namespace flowreel
