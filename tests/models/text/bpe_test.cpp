#include "models/text/bpe.h"

#include <gtest/gtest.h>

#include <chrono>

#include "errors/error.h"

namespace flowreel {
namespace {

std::vector<int64_t> ids(const Bpe& bpe, std::string_view piece) {
  std::vector<int64_t> result;
  bpe.encode(piece, result);
  return result;
}

BpeConfig small() {
  BpeConfig config;
  config.vocabulary = {{"a", 0}, {"b", 1}, {"c", 2}, {"ab", 3}, {"bc", 4}, {"abab", 5}, {"cab", 6}};
  config.merges = {{"b", "c"}, {"a", "b"}, {"ab", "ab"}};
  return config;
}

TEST(Bpe, BestRankedMergeGoesFirst) {
  const Bpe bpe(small(), "x");
  EXPECT_EQ(ids(bpe, "abc"), (std::vector<int64_t>{0, 4}));
  EXPECT_EQ(ids(bpe, "abab"), (std::vector<int64_t>{5}));
  EXPECT_EQ(ids(bpe, "ababab"), (std::vector<int64_t>{5, 3}));
  EXPECT_TRUE(ids(bpe, "").empty());
}

TEST(Bpe, IgnoreMergesTakesWholePieces) {
  BpeConfig config = small();
  EXPECT_EQ(ids(Bpe(config, "x"), "cab"), (std::vector<int64_t>{2, 3}));
  config.ignore_merges = true;
  EXPECT_EQ(ids(Bpe(config, "x"), "cab"), (std::vector<int64_t>{6}));
}

TEST(Bpe, UnknownCharacters) {
  BpeConfig config = small();
  EXPECT_EQ(ids(Bpe(config, "x"), "a\u00e9zb"), (std::vector<int64_t>{3}));
  config.vocabulary["?"] = 7;
  config.unk_token = "?";
  EXPECT_EQ(ids(Bpe(config, "x"), "a\u00e9zb"), (std::vector<int64_t>{0, 7, 7, 1}));
  config.fuse_unk = true;
  EXPECT_EQ(ids(Bpe(config, "x"), "a\u00e9zb\u00e9"), (std::vector<int64_t>{0, 7, 1, 7}));
}

TEST(Bpe, AffixesMarkTheEndsOfWords) {
  BpeConfig config;
  config.vocabulary = {{"a", 0}, {"##b", 1}, {"##b</w>", 2}, {"a</w>", 3}, {"ab</w>", 4}};
  config.continuing_subword_prefix = "##";
  config.end_of_word_suffix = "</w>";
  config.merges = {{"a", "##b</w>"}};
  const Bpe bpe(config, "x");
  EXPECT_EQ(ids(bpe, "ab"), (std::vector<int64_t>{4}));
  EXPECT_EQ(ids(bpe, "a"), (std::vector<int64_t>{3}));
  EXPECT_EQ(ids(bpe, "abb"), (std::vector<int64_t>{0, 1, 2}));
}

// A quadratic merge takes minutes here.
TEST(Bpe, AMegabyteInOneWord) {
  const Bpe bpe(small(), "x");
  std::string word;
  while (word.size() < 1'000'000) word += "ab";
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(ids(bpe, word), std::vector<int64_t>(250'000, 5));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
}

std::string complaint(BpeConfig config) {
  try {
    const Bpe bpe(std::move(config), "dir/tokenizer.json");
  } catch (const DataError& error) {
    return error.what();
  }
  return "";
}

TEST(Bpe, BrokenVocabularies) {
  BpeConfig config = small();
  config.vocabulary["d"] = 6;
  EXPECT_EQ(complaint(config), R"(dir/tokenizer.json: id 6 belongs to two tokens, "cab" and "d")");
  config = small();
  config.vocabulary["d"] = int64_t{1} << 31;
  EXPECT_NE(complaint(config).find("has id 2147483648, expected 0..2147483647"), std::string::npos);
  config = small();
  config.vocabulary[std::string(20'000, 'x')] = 9;
  EXPECT_NE(complaint(config).find("token 9 is 20000 bytes long"), std::string::npos);
  config = small();
  config.vocabulary["\xff"] = 9;
  EXPECT_NE(complaint(config).find("token 9 is not valid UTF-8"), std::string::npos);
  config = small();
  config.merges.emplace_back("a", "z");
  EXPECT_NE(complaint(config).find(R"(merge 3 needs the token "az")"), std::string::npos);
  config = small();
  config.unk_token = "?";
  EXPECT_NE(complaint(config).find(R"(the unknown token "?" is not in the vocabulary)"),
            std::string::npos);
}

}  // namespace
}  // namespace flowreel
