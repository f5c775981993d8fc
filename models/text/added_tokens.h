// Tokens such as <|eot_id|> that are found in the text before anything else looks at it.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/text/bpe.h"
#include "models/text/normalize.h"

namespace flowreel {

struct AddedToken {
  std::string content;
  int64_t id = -1;           // -1: not known yet
  bool single_word = false;  // only between non-word characters
  bool lstrip = false;       // takes the white space before it
  bool rstrip = false;       // takes the white space behind it
  bool normalized = false;   // looked for in the normalized text, by its own normalized content
  bool special = true;
};

// A stretch of text, normalized, or one added token.
struct Segment {
  std::optional<int64_t> id;
  std::string text;
};

class AddedTokens {
 public:
  // A token whose content is there already takes over the id and, except `normalized`, gives the
  // new flags.
  void add(const AddedToken& token);

  // Call once, after the last add(): the id of the vocabulary, else the next free one, as the
  // reference counts. DataError, beginning with `where`, when a token came with another id or its
  // id is taken. normalizer may be empty.
  void prepare(const Bpe& bpe, const Normalizer& normalizer, const std::string& where);

  // First the tokens with normalized = false are found in the text as it is, then the others in
  // what remains, each stretch normalized alone. Leftmost, then longest, wins.
  std::vector<Segment> split(std::string_view text, const Normalizer& normalizer) const;

  const AddedToken* find(std::string_view content) const;
  bool is_added(int64_t id) const;
  const std::vector<AddedToken>& tokens() const { return tokens_; }

 private:
  struct Needle {
    std::string text;
    size_t token;
  };
  struct Needles {
    std::array<std::vector<Needle>, 256> by_first_byte;  // longest first
    void add(Needle needle);
    void sort();
    const Needle* at(std::string_view text, size_t position) const;
  };
  void assign_ids(const Bpe& bpe, const std::string& where);
  std::vector<Segment> cut(std::string_view text, const Needles& needles) const;

  std::vector<AddedToken> tokens_;
  std::map<std::string, size_t, std::less<>> by_content_;
  Needles raw_;
  Needles normalized_;
};

}  // namespace flowreel
