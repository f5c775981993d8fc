// In a build without PCRE2 and utf8proc.
#include <gtest/gtest.h>

#include "errors/error.h"
#include "models/text/tokenizer.h"
#include "tests/models/text/model_files.h"

namespace flowreel {
namespace {

TEST(NoTokenizer, SaysWhatIsMissing) {
  ModelFiles files;
  EXPECT_THROW(load_tokenizer(files.write("tokenizer.json", kLlamaLike).directory()), ConfigError);
}

}  // namespace
}  // namespace flowreel
