// Byte-pair encoding (Sennrich et al. 2016): from a piece of text to ids by ranked merges.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace flowreel {

struct StringHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};
using Vocabulary = std::unordered_map<std::string, int64_t, StringHash, std::equal_to<>>;

struct BpeConfig {
  Vocabulary vocabulary;  // token -> id, ids 0 .. 2^31-1, each once
  std::vector<std::pair<std::string, std::string>> merges;  // best first
  std::optional<std::string> unk_token;   // without it, unknown characters are left out
  std::string continuing_subword_prefix;  // before every symbol but a piece's first
  std::string end_of_word_suffix;         // after a piece's last symbol, CLIP's "</w>"
  bool fuse_unk = false;                  // one unknown token for a run of them
  bool ignore_merges = false;             // a piece that is a token is taken as it is
};

class Bpe {
 public:
  // DataError, beginning with `where`: an id used twice or out of range, a token over 16384 bytes
  // or not UTF-8, a merge that names or makes a token the vocabulary lacks, an unknown-token that
  // it lacks.
  Bpe(BpeConfig config, const std::string& where);

  // Appends the ids of one piece (valid UTF-8; each character is one symbol at first). n log n in
  // its length.
  void encode(std::string_view piece, std::vector<int64_t>& ids) const;

  std::optional<int64_t> id_of(std::string_view token) const;
  const std::string* token_of(int64_t id) const;  // null when there is none
  int64_t size() const { return static_cast<int64_t>(vocabulary_.size()); }
  int64_t largest_id() const { return largest_id_; }
  const std::string& end_of_word_suffix() const { return end_of_word_suffix_; }

 private:
  struct Merge {
    int32_t rank;
    int32_t id;
  };
  void add_vocabulary(const std::string& where);
  void add_merges(const BpeConfig& config, const std::string& where);
  std::vector<int32_t> symbols_of(std::string_view piece) const;
  const Merge* merge_of(int32_t left, int32_t right) const;
  std::vector<int32_t> merged(const std::vector<int32_t>& ids) const;

  Vocabulary vocabulary_;
  std::unordered_map<int64_t, const std::string*> tokens_;
  std::unordered_map<uint64_t, Merge> merges_;
  std::optional<int32_t> unk_id_;
  int64_t largest_id_ = -1;
  std::string continuing_subword_prefix_;
  std::string end_of_word_suffix_;
  bool fuse_unk_;
  bool ignore_merges_;
};

}  // namespace flowreel
