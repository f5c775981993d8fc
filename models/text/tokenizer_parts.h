// What a tokenizer is made of: the stages in the order in which a text passes them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "models/text/added_tokens.h"
#include "models/text/bpe.h"
#include "models/text/normalize.h"
#include "models/text/pretokenize.h"

namespace flowreel {

struct NamedToken {
  AddedToken token;
  bool has_flags = false;  // given as an object, not as a bare string
};

// What tokenizer_config.json and special_tokens_map.json say.
struct SpecialTokens {
  std::optional<std::string> bos, eos, unk, pad;
  bool has_stated = false;         // whether there is an added_tokens_decoder
  std::vector<AddedToken> stated;  // its tokens; they win over tokenizer.json's
  std::vector<NamedToken> named;   // bos_token and its like
  int64_t model_max_length = 0;    // 0: no limit
  bool truncate_left = false;
};

struct TokenizerParts {
  std::string where;  // the file, for error texts
  AddedTokens added;
  Normalizer normalizer;       // may be empty
  PreTokenizer pre_tokenizer;  // may be empty
  bool byte_letters = false;   // pieces are written in GPT-2's byte letters
  std::unique_ptr<Bpe> bpe;
  std::vector<int64_t> prefix, suffix;  // put around every text
  SpecialTokens special;
};

// Files that are not there are skipped.
SpecialTokens read_special_tokens(const std::string& directory);

// Adds what parts.special says to parts.added and readies it for use; every other part must be
// there already.
void settle_added_tokens(TokenizerParts& parts);

std::unique_ptr<TokenizerParts> read_tokenizer_json(const std::string& path, SpecialTokens special);
std::unique_ptr<TokenizerParts> read_clip_files(const std::string& directory,
                                                SpecialTokens special);

}  // namespace flowreel
