#include "models/text/tokenizer.h"

#include <gtest/gtest.h>

#include "errors/error.h"
#include "tests/models/text/model_files.h"

namespace flowreel {
namespace {

using Ids = std::vector<int64_t>;

std::unique_ptr<Tokenizer> llama_like(
    const std::string& config = R"({"pad_token": "<pad>", "bos_token": "<bos>"})") {
  ModelFiles files;
  files.write("tokenizer.json", kLlamaLike).write("tokenizer_config.json", config);
  return load_tokenizer(files.directory());
}

TEST(Tokenizer, TemplateSpecialTokensAndIgnoreMerges) {
  const auto tokenizer = llama_like();
  EXPECT_EQ(tokenizer->encode("abc"), (Ids{12, 6}));
  EXPECT_EQ(tokenizer->encode("cab"), (Ids{12, 8}));
  EXPECT_EQ(tokenizer->encode(""), (Ids{12}));
  EXPECT_EQ(tokenizer->encode("ab<eot>\n\nc"), (Ids{12, 5, 13, 7, 2}));
  EXPECT_EQ(tokenizer->encode("\n\n\n"), (Ids{12, 7, 4}));
  EXPECT_EQ(tokenizer->encode("<EOT>!"),
            (Ids{12, 11}));  // unknown letters of a vocabulary without <unk> vanish
  EXPECT_EQ(tokenizer->pad_id(), 14);
  EXPECT_EQ(tokenizer->bos_id(), 12);
  EXPECT_FALSE(tokenizer->eos_id());
  EXPECT_EQ(tokenizer->largest_id(), 14);
}

TEST(Tokenizer, PadsOnTheRight) {
  const Tokens tokens = llama_like()->encode_padded("abc ab", 6);
  EXPECT_EQ(tokens.ids, (Ids{12, 6, 3, 5, 14, 14}));
  EXPECT_EQ(tokens.mask, (Ids{1, 1, 1, 1, 0, 0}));
  EXPECT_EQ(tokens.kept, 3);
  EXPECT_EQ(tokens.dropped, 0);
  EXPECT_EQ(tokens.dropped_text, "");
}

TEST(Tokenizer, SaysWhatItCutOff) {
  const Tokens tokens = llama_like()->encode_padded("abc ab\n\ncab<eot>", 3);
  EXPECT_EQ(tokens.ids, (Ids{12, 6, 3}));
  EXPECT_EQ(tokens.mask, (Ids{1, 1, 1}));
  EXPECT_EQ(tokens.kept, 2);
  EXPECT_EQ(tokens.dropped, 4);
  EXPECT_EQ(tokens.dropped_text, "ab\n\ncab");
  EXPECT_EQ(llama_like()->encode_padded("a\U0001f600", 2).dropped_text, "\uFFFD\uFFFD");
}

TEST(Tokenizer, LengthsAndSides) {
  EXPECT_EQ(llama_like()->encode_padded("abc", 1).ids, (Ids{12}));
  EXPECT_THROW(llama_like()->encode_padded("abc", 0), DataError);
  EXPECT_THROW(llama_like("{}")->encode_padded("abc", 5), DataError);
  EXPECT_THROW(llama_like(R"({"padding_side": "left"})"), DataError);
  const Tokens left = llama_like(R"({"pad_token": "<pad>", "truncation_side": "left"})")
                          ->encode_padded("abc ab", 3);
  EXPECT_EQ(left.ids, (Ids{12, 3, 5}));
  EXPECT_EQ(left.dropped_text, "abc");
  EXPECT_EQ(llama_like(R"({"model_max_length": 77})")->model_max_length(), 77);
  EXPECT_EQ(
      llama_like(R"({"model_max_length": 1000000000000000019884624838656})")->model_max_length(),
      0);
}

TEST(Tokenizer, TextsThatAreRefused) {
  const auto tokenizer = llama_like();
  EXPECT_THROW(tokenizer->encode("a\xff"), DataError);
  EXPECT_THROW(tokenizer->encode("\xed\xa0\x80"), DataError);
  EXPECT_THROW(tokenizer->encode(std::string(10'000'000, 'a')), DataError);
  EXPECT_EQ(tokenizer->encode(std::string_view("a\0b", 3)), (Ids{12, 0, 1}));
}

TEST(Tokenizer, MergesAsStringsAreTheSame) {
  std::string text = kLlamaLike;
  const std::string pairs = R"([["a", "b"], ["ab", "c"], ["Ċ", "Ċ"]])";
  text.replace(text.find(pairs), pairs.size(), R"(["a b", "ab c", "Ċ Ċ"])");
  ModelFiles files;
  EXPECT_EQ(load_tokenizer(files.write("tokenizer.json", text).directory())->encode("abc\n\n"),
            (Ids{12, 6, 7}));
}

// Values from tokenizers 0.23.3.
TEST(Tokenizer, FlagsOfAddedTokens) {
  ModelFiles files;
  files.write("tokenizer.json", R"json({
    "added_tokens": [
      {"id": 4, "content": "[L]", "lstrip": true, "normalized": false},
      {"id": 5, "content": "[R]", "rstrip": true, "normalized": false},
      {"id": 6, "content": "W", "single_word": true, "normalized": false},
      {"id": 7, "content": "NO", "normalized": true},
      {"id": 8, "content": "[L]a", "normalized": false}],
    "normalizer": {"type": "Sequence", "normalizers": [
      {"type": "Strip", "strip_left": true, "strip_right": true}, {"type": "Lowercase"},
      {"type": "Replace", "pattern": {"String": ".."}, "content": "b"}]},
    "model": {"vocab": {"a": 0, "b": 1, " ": 2, "w": 3}, "merges": []}})json");
  const auto tokenizer = load_tokenizer(files.directory());
  EXPECT_EQ(tokenizer->encode("a  [L] b"), (Ids{0, 4, 1}));
  EXPECT_EQ(tokenizer->encode("a [R]  b"), (Ids{0, 5, 1}));
  EXPECT_EQ(tokenizer->encode("W aWb W"), (Ids{6, 0, 3, 1, 6}));
  EXPECT_EQ(tokenizer->encode("aNob"), (Ids{0, 7, 1}));
  EXPECT_EQ(tokenizer->encode("[L]a[L]b"), (Ids{8, 4, 1}));
  EXPECT_EQ(tokenizer->encode("a.. B"), (Ids{0, 1, 2, 1}));
}

TEST(Tokenizer, NamedTokensThatAreNewGetTheNextId) {
  const auto tokenizer =
      llama_like(R"({"pad_token": "<fill>", "additional_special_tokens": ["<x>"]})");
  EXPECT_EQ(tokenizer->pad_id(), 15);
  EXPECT_EQ(tokenizer->encode("a<x>"), (Ids{12, 0, 16}));
}

}  // namespace
}  // namespace flowreel
