#include <gtest/gtest.h>

#include "errors/error.h"
#include "models/text/tokenizer.h"
#include "tests/models/text/model_files.h"

namespace flowreel {
namespace {

using Ids = std::vector<int64_t>;

constexpr char kVocabulary[] =
    R"({"a": 0, "b": 1, "a</w>": 2, "b</w>": 3, "ab</w>": 4, "!</w>": 5, "Ã": 6, "©</w>": 7,
        "<|startoftext|>": 8, "<|endoftext|>": 9})";

std::unique_ptr<Tokenizer> clip(const std::string& merges = "#version: 0.2\na b</w>\n") {
  ModelFiles files;
  files.write("vocab.json", kVocabulary).write("merges.txt", merges);
  return load_tokenizer(files.directory());
}

TEST(ClipFiles, LowerCaseWordsBetweenStartAndEnd) {
  EXPECT_EQ(clip()->encode("AB  a!\n"), (Ids{8, 4, 2, 5, 9}));
  EXPECT_EQ(clip()->encode("e\u0301 \u00c9"), (Ids{8, 6, 7, 6, 7, 9}));
  EXPECT_EQ(clip()->encode("a<|endoftext|>b"), (Ids{8, 2, 9, 3, 9}));
  EXPECT_EQ(clip()->encode("z"), (Ids{8, 9, 9}));  // unknown: <|endoftext|>
  EXPECT_EQ(clip("a b</w>\r\n")->encode("ab"), (Ids{8, 4, 9}));
}

TEST(ClipFiles, CutsBeforeTheEndToken) {
  const Tokens tokens = clip()->encode_padded("ab a b ab! a", 5);
  EXPECT_EQ(tokens.ids, (Ids{8, 4, 2, 3, 9}));
  EXPECT_EQ(tokens.kept, 3);
  EXPECT_EQ(tokens.dropped, 3);
  EXPECT_EQ(tokens.dropped_text, "ab ! a");
  EXPECT_EQ(clip()->encode_padded("", 4).ids, (Ids{8, 9, 9, 9}));
  EXPECT_EQ(clip()->encode_padded("", 4).mask, (Ids{1, 1, 0, 0}));
  EXPECT_THROW(clip()->encode_padded("", 1), DataError);
}

TEST(ClipFiles, BrokenFiles) {
  EXPECT_THROW(clip("a b</w> c\n"), DataError);
  EXPECT_THROW(clip("a b</w>\n\n"), DataError);
  EXPECT_THROW(clip("a z</w>\n"), DataError);
  ModelFiles files;
  EXPECT_THROW(load_tokenizer(files.write("vocab.json", kVocabulary).directory()),
               MissingInputError);
}

// transformers 5.23: of the flags given for one token the last named one counts; a bare name has
// none.
TEST(ClipFiles, NamedTokensWithFlags) {
  const std::string flags =
      R"("lstrip": false, "rstrip": false, "single_word": false, "normalized": true)";
  ModelFiles files;
  files.write("vocab.json", kVocabulary).write("merges.txt", "a b</w>\n");
  files.write("special_tokens_map.json", R"({"bos_token": {"content": "<|startoftext|>", )" +
                                             flags +
                                             R"(}, "eos_token": {"content": "<|endoftext|>", )" +
                                             flags + R"(}, "unk_token": "<|endoftext|>"})");
  const auto tokenizer = load_tokenizer(files.directory());
  EXPECT_EQ(tokenizer->encode("<|STARTOFTEXT|>"), (Ids{8, 8, 9}));
  EXPECT_NE(tokenizer->encode("<|ENDOFTEXT|>"), (Ids{8, 9, 9}));
}

}  // namespace
}  // namespace flowreel
