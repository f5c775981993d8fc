// Text to token ids, from the files of a model's own tokenizer directory.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flowreel {

struct TokenizerParts;

// One row for a text encoder, max_length long, padded on the right.
struct Tokens {
  std::vector<int64_t> ids;
  std::vector<int64_t> mask;  // 1 where ids are not padding
  // Counted without the tokens that the tokenizer itself puts around every text.
  int64_t kept = 0;
  int64_t dropped = 0;
  std::string
      dropped_text;  // what was cut, as the tokens spell it (normalized, without special tokens)
};

// Texts are valid UTF-8 of at most kMaxTextBytes; anything else is a DataError.
class Tokenizer {
 public:
  static constexpr size_t kMaxTextBytes = 1 << 20;

  explicit Tokenizer(std::unique_ptr<const TokenizerParts> parts);
  ~Tokenizer();

  // The whole text, with the tokens that belong around it (<|begin_of_text|> for Llama, both ends
  // for CLIP).
  std::vector<int64_t> encode(std::string_view text) const;

  // As transformers with padding="max_length", truncation=True: the text's own tokens are cut,
  // those around it are kept. DataError when max_length has no room for them or the tokenizer has
  // no padding token.
  Tokens encode_padded(std::string_view text, int64_t max_length) const;

  // The text that ids stand for; added tokens are left out, broken characters become U+FFFD.
  std::string decode(const std::vector<int64_t>& ids) const;

  std::optional<int64_t> id_of(std::string_view token) const;
  std::optional<int64_t> pad_id() const;
  std::optional<int64_t> bos_id() const;
  std::optional<int64_t> eos_id() const;
  int64_t model_max_length() const;  // 0: no limit given
  int64_t largest_id() const;        // for a check against the rows of the embedding

 private:
  std::vector<int64_t> content_ids(std::string_view text) const;

  std::unique_ptr<const TokenizerParts> parts_;
};

// Reads directory/tokenizer.json literally, whatever class the pipeline names for it; without one,
// vocab.json and merges.txt as CLIP's (transformers.CLIPTokenizer 5.x). tokenizer_config.json and
// special_tokens_map.json give the named tokens. MissingInputError when neither layout is there,
// DataError (naming file and cause) for broken files, ConfigError in a build without PCRE2 and
// utf8proc.
std::unique_ptr<Tokenizer> load_tokenizer(const std::string& directory);

}  // namespace flowreel
