// Ids of transformers' own tokenizers, for every pipeline under the golden files.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "models/text/prompt_template.h"
#include "models/text/tokenizer.h"
#include "models/weights/json.h"

namespace flowreel {
namespace {

using Ids = std::vector<int64_t>;
namespace fs = std::filesystem;

constexpr int64_t kLlamaWindow = 256 + 95;
constexpr int64_t kClipWindow = 77;

// The ids that are not padding.
Ids in_window(const Tokenizer& tokenizer, const std::string& text, int64_t window) {
  const Tokens tokens = tokenizer.encode_padded(text, window);
  EXPECT_EQ(static_cast<int64_t>(tokens.ids.size()), window);
  Ids ids;
  for (size_t i = 0; i < tokens.ids.size(); ++i) {
    if (tokens.mask[i] == 1)
      ids.push_back(tokens.ids[i]);
    else
      EXPECT_EQ(tokens.ids[i], tokenizer.pad_id());
  }
  return ids;
}

void check(const fs::path& folder) {
  const auto entries = read_json_file((folder / "tokenizers.json").string());
  const auto llama = load_tokenizer((folder / "model/tokenizer").string());
  const auto clip = load_tokenizer((folder / "model/tokenizer_2").string());
  EXPECT_GT(entries.size(), 10u);
  for (const auto& entry : entries) {
    const auto text = entry.at("text").get<std::string>();
    SCOPED_TRACE(folder.string() + ": " + entry.at("text").dump());
    const std::string prompt = format_prompt(hunyuan_video_prompt_template(), text);
    EXPECT_EQ(llama->encode(text), entry.at("llama").get<Ids>());
    EXPECT_EQ(clip->encode(text), entry.at("clip").get<Ids>());
    EXPECT_EQ(in_window(*llama, prompt, kLlamaWindow), entry.at("llama_prompt").get<Ids>());
    EXPECT_EQ(in_window(*clip, text, kClipWindow), entry.at("clip_prompt").get<Ids>());
  }
}

TEST(GoldenTokenizer, IdsAreTransformers) {
  int pipelines = 0;
  for (const auto& folder : fs::directory_iterator(fs::path(FLOWREEL_TEST_DATA) / "golden")) {
    if (!fs::exists(folder.path() / "tokenizers.json")) continue;
    check(folder.path());
    ++pipelines;
  }
  EXPECT_GT(pipelines, 0) << "no tokenizers.json under " << FLOWREEL_TEST_DATA << "/golden";
}

}  // namespace
}  // namespace flowreel
