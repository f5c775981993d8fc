// tokenizer_config.json, special_tokens_map.json and added_tokens.json: names, flags and ids of
// special tokens.
#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "errors/error.h"
#include "errors/quote.h"
#include "models/text/json_fields.h"
#include "models/text/tokenizer_parts.h"
#include "models/weights/json.h"

namespace flowreel {
namespace {

using nlohmann::json;

constexpr size_t kMaxAddedTokens = 16384;

json read_if_there(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) return json::object();
  json document = read_json_file(path.string());
  if (!document.is_object()) throw DataError(path.string() + ": expected a JSON object");
  return document;
}

// A token is written as a string, or as an object with its flags.
void take_token(const std::string& name, const json& value, const std::string& where,
                SpecialTokens& special) {
  if (value.is_null()) return;
  NamedToken named;
  named.has_flags = value.is_object();
  if (named.has_flags)
    named.token = read_added_token(value, where + ": " + name);
  else if (value.is_string())
    named.token.content = value.get<std::string>();
  else
    throw DataError(where + ": " + name + ": expected a string or an object, found " +
                    value.type_name());
  named.token.special = true;
  const std::string& content = named.token.content;
  if (name == "bos_token") special.bos = content;
  if (name == "eos_token") special.eos = content;
  if (name == "unk_token") special.unk = content;
  if (name == "pad_token") special.pad = content;
  special.named.push_back(std::move(named));
}

// In the order in which the reference adds them.
void take_named(const json& file, const std::string& where, SpecialTokens& special) {
  for (const char* name : {"bos_token", "eos_token", "unk_token", "sep_token", "pad_token",
                           "cls_token", "mask_token"}) {
    if (file.contains(name)) take_token(name, file.at(name), where, special);
  }
  for (const char* list : {"additional_special_tokens", "extra_special_tokens"}) {
    if (!file.contains(list) || !file.at(list).is_array()) continue;
    for (const json& value : file.at(list)) take_token(list, value, where, special);
  }
}

void take_stated(const json& decoder, const std::string& where, SpecialTokens& special) {
  if (!decoder.is_object()) throw DataError(where + ": added_tokens_decoder: expected an object");
  if (decoder.size() > kMaxAddedTokens) throw DataError(where + ": more than 16384 added tokens");
  std::vector<std::pair<int64_t, AddedToken>> tokens;
  for (const auto& [key, value] : decoder.items()) {
    if (key.empty() || key.size() > 9 ||
        !std::all_of(key.begin(), key.end(), [](char c) { return c >= '0' && c <= '9'; })) {
      throw DataError(where + ": added_tokens_decoder: " + quote(key) + " is not a token id");
    }
    tokens.emplace_back(std::stoll(key), read_added_token(value, where + ": added_tokens_decoder"));
  }
  std::sort(tokens.begin(), tokens.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [id, token] : tokens) special.stated.push_back(std::move(token));
}

}  // namespace

SpecialTokens read_special_tokens(const std::string& directory) {
  const std::filesystem::path dir(directory);
  const auto config_path = dir / "tokenizer_config.json";
  const json config = read_if_there(config_path);
  SpecialTokens special;
  json names = config;
  if (config.contains("added_tokens_decoder")) {
    special.has_stated = true;
    take_stated(config.at("added_tokens_decoder"), config_path.string(), special);
  } else {
    names.update(
        read_if_there(dir / "special_tokens_map.json"));  // the older layout, where the map wins
  }
  take_named(names, directory + ": special tokens", special);
  const std::string side = text_field(config, "padding_side", "right", config_path.string());
  if (side != "right") {
    throw DataError(config_path.string() + ": padding_side " + quote(side) +
                    ", only \"right\" is supported");
  }
  special.truncate_left =
      text_field(config, "truncation_side", "right", config_path.string()) == "left";
  const auto limit = config.find("model_max_length");
  if (limit != config.end() && limit->is_number_integer()) {
    const auto length = limit->get<int64_t>();
    special.model_max_length = length > 0 && length < 1'000'000'000 ? length : 0;
  }
  return special;
}

void settle_added_tokens(TokenizerParts& parts) {
  // A bare name takes the flags that are stated for it, or stands for a special token without any.
  std::set<std::string> stated;
  if (!parts.special.has_stated) {
    for (const AddedToken& token : parts.added.tokens()) stated.insert(token.content);
  }
  for (const AddedToken& token : parts.special.stated) {
    parts.added.add(token);
    stated.insert(token.content);
  }
  for (const NamedToken& named : parts.special.named) {
    if (named.has_flags ? !parts.special.has_stated || !stated.contains(named.token.content)
                        : !stated.contains(named.token.content)) {
      parts.added.add(named.token);
    }
  }
  if (parts.added.tokens().size() > kMaxAddedTokens)
    throw DataError(parts.where + ": more than 16384 added tokens");
  parts.added.prepare(*parts.bpe, parts.normalizer, parts.where);
}

}  // namespace flowreel
