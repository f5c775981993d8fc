#include "models/text/tokenizer.h"

#include <algorithm>
#include <filesystem>

#include "errors/error.h"
#include "errors/quote.h"
#include "models/text/byte_level.h"
#include "models/text/tokenizer_parts.h"
#include "models/text/utf8.h"

namespace flowreel {

Tokenizer::Tokenizer(std::unique_ptr<const TokenizerParts> parts) : parts_(std::move(parts)) {}
Tokenizer::~Tokenizer() = default;

std::vector<int64_t> Tokenizer::content_ids(std::string_view text) const {
  if (text.size() > kMaxTextBytes) {
    throw DataError("text of " + std::to_string(text.size()) + " bytes, at most " +
                    std::to_string(kMaxTextBytes) + " are read");
  }
  if (!is_valid_utf8(text)) throw DataError("text " + quote(text) + " is not valid UTF-8");
  std::vector<int64_t> ids;
  for (Segment& segment : parts_->added.split(text, parts_->normalizer)) {
    if (segment.id) {
      ids.push_back(*segment.id);
      continue;
    }
    std::vector<std::string> pieces{std::move(segment.text)};
    if (parts_->pre_tokenizer) pieces = parts_->pre_tokenizer(std::move(pieces));
    for (const std::string& piece : pieces) parts_->bpe->encode(piece, ids);
  }
  return ids;
}

std::vector<int64_t> Tokenizer::encode(std::string_view text) const {
  std::vector<int64_t> ids = content_ids(text);
  ids.insert(ids.begin(), parts_->prefix.begin(), parts_->prefix.end());
  ids.insert(ids.end(), parts_->suffix.begin(), parts_->suffix.end());
  return ids;
}

Tokens Tokenizer::encode_padded(std::string_view text, int64_t max_length) const {
  const auto around = static_cast<int64_t>(parts_->prefix.size() + parts_->suffix.size());
  if (max_length < std::max<int64_t>(around, 1)) {
    throw DataError(parts_->where + ": a length of " + std::to_string(max_length) +
                    " tokens, but the tokenizer puts " + std::to_string(around) +
                    " around every text");
  }
  const auto pad = pad_id();
  if (!pad) throw DataError(parts_->where + ": no padding token (pad_token) is given");

  std::vector<int64_t> content = content_ids(text);
  Tokens tokens;
  tokens.kept = std::min(static_cast<int64_t>(content.size()), max_length - around);
  tokens.dropped = static_cast<int64_t>(content.size()) - tokens.kept;
  const auto kept_begin = content.begin() + (parts_->special.truncate_left ? tokens.dropped : 0);
  const auto kept_end = kept_begin + tokens.kept;
  if (tokens.dropped > 0) {
    const bool left = parts_->special.truncate_left;
    tokens.dropped_text =
        decode({left ? content.begin() : kept_end, left ? kept_begin : content.end()});
  }
  tokens.ids = parts_->prefix;
  tokens.ids.insert(tokens.ids.end(), kept_begin, kept_end);
  tokens.ids.insert(tokens.ids.end(), parts_->suffix.begin(), parts_->suffix.end());
  tokens.mask.assign(tokens.ids.size(), 1);
  tokens.ids.resize(static_cast<size_t>(max_length), *pad);
  tokens.mask.resize(static_cast<size_t>(max_length), 0);
  return tokens;
}

std::string Tokenizer::decode(const std::vector<int64_t>& ids) const {
  const std::string& suffix = parts_->bpe->end_of_word_suffix();
  std::string text;
  for (const int64_t id : ids) {
    const std::string* token = parts_->bpe->token_of(id);
    if (!token || parts_->added.is_added(id)) continue;
    std::string letters = *token;
    const bool ends_word = !suffix.empty() && letters.ends_with(suffix);
    if (ends_word) letters.resize(letters.size() - suffix.size());
    text += parts_->byte_letters ? from_byte_letters(letters) : letters;
    if (ends_word) text += ' ';
  }
  if (!suffix.empty() && text.ends_with(' ')) text.pop_back();
  return repaired_utf8(text);
}

std::optional<int64_t> Tokenizer::id_of(std::string_view token) const {
  if (const AddedToken* added = parts_->added.find(token)) return added->id;
  return parts_->bpe->id_of(token);
}

std::optional<int64_t> Tokenizer::pad_id() const {
  return parts_->special.pad ? id_of(*parts_->special.pad) : std::nullopt;
}
std::optional<int64_t> Tokenizer::bos_id() const {
  return parts_->special.bos ? id_of(*parts_->special.bos) : std::nullopt;
}
std::optional<int64_t> Tokenizer::eos_id() const {
  return parts_->special.eos ? id_of(*parts_->special.eos) : std::nullopt;
}
int64_t Tokenizer::model_max_length() const { return parts_->special.model_max_length; }

int64_t Tokenizer::largest_id() const {
  int64_t largest = parts_->bpe->largest_id();
  for (const AddedToken& token : parts_->added.tokens()) largest = std::max(largest, token.id);
  return largest;
}

std::unique_ptr<Tokenizer> load_tokenizer(const std::string& directory) {
  const std::filesystem::path dir(directory);
  const std::string file = (dir / "tokenizer.json").string();
  std::unique_ptr<TokenizerParts> parts;
  if (std::filesystem::exists(file)) {
    parts = read_tokenizer_json(file, read_special_tokens(directory));
  } else if (std::filesystem::exists(dir / "vocab.json") &&
             std::filesystem::exists(dir / "merges.txt")) {
    parts = read_clip_files(directory, read_special_tokens(directory));
  } else {
    throw MissingInputError(directory + ": no tokenizer.json, and no vocab.json with merges.txt");
  }
  return std::make_unique<Tokenizer>(std::move(parts));
}

}  // namespace flowreel
