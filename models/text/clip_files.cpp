// CLIP's older layout, vocab.json and merges.txt, put together as transformers.CLIPTokenizer 5.x
// does.
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "errors/error.h"
#include "errors/quote.h"
#include "files/file.h"
#include "models/text/json_fields.h"
#include "models/text/tokenizer_parts.h"
#include "models/weights/json.h"

namespace flowreel {
namespace {

constexpr uintmax_t kMaxMergesBytes = 64 << 20;

constexpr char kClipPattern[] =
    R"(<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+)";

Vocabulary read_vocabulary(const std::string& path) {
  const nlohmann::json document = read_json_file(path);
  if (!document.is_object()) throw DataError(path + ": expected an object of tokens and ids");
  Vocabulary vocabulary;
  vocabulary.reserve(document.size());
  for (const auto& [token, id] : document.items()) {
    vocabulary.emplace(token, token_id(id, path + ": token " + quote(token)));
  }
  return vocabulary;
}

// One merge a line, best first; a "#version" line is no merge.
std::vector<std::pair<std::string, std::string>> read_merges(const std::string& path) {
  std::istringstream file(read_text(path, kMaxMergesBytes));
  std::vector<std::pair<std::string, std::string>> merges;
  std::string line;
  for (size_t number = 1; std::getline(file, line); ++number) {
    if (line.ends_with('\r')) line.pop_back();
    if (line.starts_with("#version")) continue;
    const size_t space = line.find(' ');
    if (space == std::string::npos || line.find(' ', space + 1) != std::string::npos) {
      throw DataError(path + ": line " + std::to_string(number) + " " + quote(line) +
                      ": expected two tokens");
    }
    merges.emplace_back(line.substr(0, space), line.substr(space + 1));
  }
  return merges;
}

// The names that CLIPTokenizer uses when no file gives others.
void fill_in_names(SpecialTokens& special) {
  const auto fill = [&](std::optional<std::string>& name, const char* content) {
    if (name) return;
    name = content;
    NamedToken named;
    named.token.content = content;
    special.named.push_back(named);
  };
  fill(special.bos, "<|startoftext|>");
  fill(special.eos, "<|endoftext|>");
  fill(special.unk, "<|endoftext|>");
  fill(special.pad, "<|endoftext|>");
}

int64_t added_id(const TokenizerParts& parts, const std::string& content) {
  const AddedToken* token = parts.added.find(content);
  if (!token) throw DataError(parts.where + ": no token " + quote(content));
  return token->id;
}

}  // namespace

std::unique_ptr<TokenizerParts> read_clip_files(const std::string& directory,
                                                SpecialTokens special) {
  const std::filesystem::path dir(directory);
  auto parts = std::make_unique<TokenizerParts>();
  parts->where = (dir / "vocab.json").string();
  parts->special = std::move(special);
  fill_in_names(parts->special);

  BpeConfig config;
  config.vocabulary = read_vocabulary(parts->where);
  config.merges = read_merges((dir / "merges.txt").string());
  config.unk_token = parts->special.unk;
  config.end_of_word_suffix = "</w>";
  parts->bpe = std::make_unique<Bpe>(std::move(config), directory);
  parts->normalizer = normalizers_in_turn(
      {normal_form(NormalForm::kNfc), replace(Regex(R"(\s+)", directory), " "), lowercase()});
  parts->pre_tokenizer =
      pre_tokenizers_in_turn({split(Regex(kClipPattern, directory), SplitBehavior::kRemoved, true),
                              byte_level(false, true)});
  parts->byte_letters = true;
  settle_added_tokens(*parts);
  parts->prefix = {added_id(*parts, *parts->special.bos)};
  parts->suffix = {added_id(*parts, *parts->special.eos)};
  return parts;
}

}  // namespace flowreel
