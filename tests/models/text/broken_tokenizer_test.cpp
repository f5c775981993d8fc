// Tokenizer files that are damaged or hostile: each gives a DataError that names the file and the
// cause.
#include <gtest/gtest.h>

#include "errors/error.h"
#include "models/text/tokenizer.h"
#include "tests/models/text/model_files.h"

namespace flowreel {
namespace {

struct Damage {
  const char* name;
  const char* what;  // the first occurrence in kLlamaLike ...
  std::string with;  // ... becomes this
  const char* complaint;
};

class BrokenTokenizer : public ::testing::TestWithParam<Damage> {};

TEST_P(BrokenTokenizer, IsADataError) {
  const Damage& damage = GetParam();
  std::string text = kLlamaLike;
  const size_t at = text.find(damage.what);
  ASSERT_NE(at, std::string::npos);
  text.replace(at, std::string(damage.what).size(), damage.with);
  ModelFiles files;
  files.write("tokenizer.json", text);
  try {
    load_tokenizer(files.directory())->encode(std::string(60, '!'));
    FAIL() << "accepted";
  } catch (const DataError& error) {
    const std::string line = error.what();
    EXPECT_TRUE(line.starts_with(files.directory() + "/tokenizer.json")) << line;
    EXPECT_NE(line.find(damage.complaint), std::string::npos) << line;
    EXPECT_EQ(line.find('\n'), std::string::npos);
    EXPECT_LT(line.size(), 500u);
  }
}

const Damage kDamages[] = {
    {"DuplicateId", R"("b": 1)", R"("b": 0)", R"(id 0 belongs to two tokens, "a" and "b")"},
    {"DuplicateToken", R"("b": 1)", R"("a": 1)", R"("a" appears twice)"},
    {"NegativeId", R"("b": 1)", R"("b": -1)", "is not a token id"},
    {"FractionalId", R"("b": 1)", R"("b": 1.5)", "is not a token id"},
    {"HugeId", R"("b": 1)", R"("b": 4294967297)", "is not a token id"},
    {"HugeToken", R"("b": 1)", "\"" + std::string(1 << 20, 'x') + "\": 1",
     "bytes long, at most 16384"},
    {"InvalidUtf8", R"("b": 1)", "\"\xff\": 1", "not valid JSON"},
    {"LoneSurrogate", R"("b": 1)", R"("\ud800": 1)", "not valid JSON"},
    {"UnknownMerge", R"(["a", "b"])", R"(["a", "q"])", R"(merge 0 needs the token "aq")"},
    {"ThreePartMerge", R"(["a", "b"])", R"(["a", "b", "c"])", R"(expected "a b" or)"},
    {"MergeWithoutSpace", R"(["a", "b"])", R"("ab")", R"(expected "a b" or)"},
    {"NoModel", R"("model")", R"("modell")", "model: expected an object, found nothing"},
    {"NoVocabulary", R"("vocab")", R"("vocabulary")", "vocab: expected an object, found nothing"},
    {"Unigram", R"("BPE")", R"("Unigram")", R"("Unigram" is not supported, only BPE)"},
    {"ByteFallback", R"("ignore_merges")", R"("byte_fallback": true, "ignore_merges")",
     "byte_fallback"},
    {"Dropout", R"("ignore_merges")", R"("dropout": 0.1, "ignore_merges")", "dropout"},
    {"WrongFlag", R"("ignore_merges": true)", R"("ignore_merges": 1)",
     "expected true or false, found number"},
    {"UnknownNormalizer", R"("normalizer": null)", R"("normalizer": {"type": "Nmt"})",
     R"("Nmt" is not supported)"},
    {"UnknownPreTokenizer", R"("ByteLevel")", R"("Metaspace")", R"("Metaspace" is not supported)"},
    {"UnknownBehavior", R"("Isolated")", R"("Contiguous")", R"("Contiguous" is not supported)"},
    {"UnknownPostProcessor", R"("TemplateProcessing")", R"("Magic")",
     R"("Magic" is not supported)"},
    {"TemplateWithoutToken", R"({"<bos>": {"id")", R"({"<xos>": {"id")",
     "expected an object, found nothing"},
    {"TemplateWithoutText", R"(,
               {"Sequence": {"id": "A", "type_id": 0}})", "",
     "holds the text 0 times"},
    {"RegexDoesNotCompile", R"(\\p{L}+|)", "(", "does not compile"},
    {"RegexBomb", R"(\\p{L}+|)", "(!+)+x|", "gave up on a text of 60 bytes"},
    {"AddedTokenId", R"({"id": 13)", R"({"id": 99)", "says id 99, expected 13"},
    {"AddedTokenOfVocabulary", R"("content": "<eot>")", R"("content": "abc")",
     "expected 6 as in the vocabulary"},
    {"Truncated", R"("merges")", "", "not valid JSON"},
    {"NotAnObject", kLlamaLike, "[]", "expected an object"},
    {"TooDeep", R"("normalizer": null)", R"("normalizer": )" + std::string(100'000, '['),
     "nested deeper"},
};

INSTANTIATE_TEST_SUITE_P(Damages, BrokenTokenizer, ::testing::ValuesIn(kDamages),
                         [](const auto& test) { return test.param.name; });

TEST(BrokenTokenizerFiles, AreNamed) {
  ModelFiles files;
  EXPECT_THROW(load_tokenizer(files.directory()), MissingInputError);
  EXPECT_THROW(load_tokenizer(files.directory() + "/absent"), MissingInputError);
  files.write("tokenizer.json", kLlamaLike)
      .write("tokenizer_config.json", R"({"added_tokens_decoder": {"x": {}}})");
  EXPECT_THROW(load_tokenizer(files.directory()), DataError);
  files.write("tokenizer_config.json", R"({"pad_token": 5})");
  EXPECT_THROW(load_tokenizer(files.directory()), DataError);
  files.write("tokenizer_config.json", R"({"added_tokens_decoder": {"12": {"content": 3}}})");
  EXPECT_THROW(load_tokenizer(files.directory()), DataError);
  files.write("tokenizer_config.json", "[]");
  EXPECT_THROW(load_tokenizer(files.directory()), DataError);
}

}  // namespace
}  // namespace flowreel
