#include "models/text/pretokenize.h"

#include <utility>

#include "models/text/byte_level.h"

namespace flowreel {

PreTokenizer split(Regex pattern, SplitBehavior behavior, bool invert) {
  const bool keep_matches = behavior == SplitBehavior::kIsolated || invert;
  const bool keep_rest = behavior == SplitBehavior::kIsolated || !invert;
  return [pattern = std::move(pattern), keep_matches,
          keep_rest](const std::vector<std::string>& pieces) {
    std::vector<std::string> parts;
    for (const std::string& piece : pieces) {
      const auto take = [&](size_t begin, size_t end, bool keep) {
        if (keep && begin < end) parts.push_back(piece.substr(begin, end - begin));
      };
      size_t done = 0;
      for (const Span& match : pattern.find_all(piece)) {
        take(done, match.begin, keep_rest);
        take(match.begin, match.end, keep_matches);
        done = match.end;
      }
      take(done, piece.size(), keep_rest);
    }
    return parts;
  };
}

PreTokenizer byte_level(bool add_prefix_space, bool use_gpt2_pattern) {
  PreTokenizer cut;
  if (use_gpt2_pattern)
    cut = split(Regex(kGpt2Pattern, "byte-level"), SplitBehavior::kIsolated, false);
  return [add_prefix_space, cut = std::move(cut)](std::vector<std::string> pieces) {
    if (add_prefix_space) {
      for (std::string& piece : pieces) {
        if (!piece.starts_with(' ')) piece.insert(0, 1, ' ');
      }
    }
    if (cut) pieces = cut(std::move(pieces));
    for (std::string& piece : pieces) piece = to_byte_letters(piece);
    return pieces;
  };
}

PreTokenizer pre_tokenizers_in_turn(std::vector<PreTokenizer> pre_tokenizers) {
  return [pre_tokenizers = std::move(pre_tokenizers)](std::vector<std::string> pieces) {
    for (const PreTokenizer& pre_tokenizer : pre_tokenizers)
      pieces = pre_tokenizer(std::move(pieces));
    return pieces;
  };
}

}  // namespace flowreel
