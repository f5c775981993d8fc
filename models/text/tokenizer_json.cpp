// tokenizer.json of the Hugging Face tokenizers library, read literally: what it names is done, or
// refused by name.
#include <nlohmann/json.hpp>

#include "errors/error.h"
#include "errors/quote.h"
#include "models/text/json_fields.h"
#include "models/text/tokenizer_parts.h"
#include "models/weights/json.h"

namespace flowreel {
namespace {

using nlohmann::json;

[[noreturn]] void unsupported(const std::string& where, const std::string& what,
                              const std::string& supported) {
  throw DataError(where + ": " + quote(what) + " is not supported, only " + supported);
}

// {"Regex": "..."} or {"String": "..."}
Regex pattern_of(const json& step, const std::string& where) {
  const json& pattern = required_object(step, "pattern", where);
  if (pattern.contains("String"))
    return {required_text(pattern, "String", where), where, Regex::Kind::kLiteral};
  return {required_text(pattern, "Regex", where), where};
}

Normalizer normalizer_of(const json& step, const std::string& where) {
  const std::string type = required_text(step, "type", where);
  if (type == "NFC") return normal_form(NormalForm::kNfc);
  if (type == "NFD") return normal_form(NormalForm::kNfd);
  if (type == "NFKC") return normal_form(NormalForm::kNfkc);
  if (type == "NFKD") return normal_form(NormalForm::kNfkd);
  if (type == "Lowercase") return lowercase();
  if (type == "Replace")
    return replace(pattern_of(step, where), required_text(step, "content", where));
  if (type == "Strip") {
    return strip(flag_field(step, "strip_left", false, where),
                 flag_field(step, "strip_right", false, where));
  }
  if (type == "Sequence") {
    std::vector<Normalizer> steps;
    for (const json& inner : required_array(step, "normalizers", where))
      steps.push_back(normalizer_of(inner, where));
    return normalizers_in_turn(std::move(steps));
  }
  unsupported(where, type, "NFC, NFD, NFKC, NFKD, Lowercase, Replace, Strip and Sequence");
}

PreTokenizer split_of(const json& step, const std::string& where) {
  const std::string behavior = required_text(step, "behavior", where);
  if (behavior != "Isolated" && behavior != "Removed")
    unsupported(where, behavior, "Isolated and Removed");
  return split(pattern_of(step, where),
               behavior == "Isolated" ? SplitBehavior::kIsolated : SplitBehavior::kRemoved,
               flag_field(step, "invert", false, where));
}

PreTokenizer pre_tokenizer_of(const json& step, const std::string& where, bool& byte_letters) {
  const std::string type = required_text(step, "type", where);
  if (type == "Split") return split_of(step, where);
  if (type == "ByteLevel") {
    byte_letters = true;
    return byte_level(flag_field(step, "add_prefix_space", false, where),
                      flag_field(step, "use_regex", true, where));
  }
  if (type == "Sequence") {
    std::vector<PreTokenizer> steps;
    for (const json& inner : required_array(step, "pretokenizers", where)) {
      steps.push_back(pre_tokenizer_of(inner, where, byte_letters));
    }
    return pre_tokenizers_in_turn(std::move(steps));
  }
  unsupported(where, type, "Split, ByteLevel and Sequence");
}

std::pair<std::string, std::string> merge_of(const json& merge, const std::string& where) {
  if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
    return {merge[0].get<std::string>(), merge[1].get<std::string>()};
  }
  if (merge.is_string()) {
    const auto& text = merge.get_ref<const std::string&>();
    const size_t space = text.find(' ');
    if (space != std::string::npos && text.find(' ', space + 1) == std::string::npos) {
      return {text.substr(0, space), text.substr(space + 1)};
    }
  }
  throw DataError(where + ": merge " + quote(merge.dump()) +
                  ": expected \"a b\" or [\"a\", \"b\"]");
}

std::unique_ptr<Bpe> bpe_of(const json& model, const std::string& where) {
  const std::string type = text_field(model, "type", "BPE", where);
  if (type != "BPE") unsupported(where, type, "BPE");
  if (flag_field(model, "byte_fallback", false, where))
    unsupported(where, "byte_fallback", "byte-level BPE");
  const auto dropout = model.find("dropout");
  if (dropout != model.end() && !dropout->is_null() && *dropout != 0)
    unsupported(where, "dropout", "dropout null");
  BpeConfig config;
  const json& vocabulary = required_object(model, "vocab", where);
  config.vocabulary.reserve(vocabulary.size());
  for (const auto& [token, id] : vocabulary.items()) {
    config.vocabulary.emplace(token, token_id(id, where + ": token " + quote(token)));
  }
  const json& merges = required_array(model, "merges", where);
  config.merges.reserve(merges.size());
  for (const json& merge : merges) config.merges.push_back(merge_of(merge, where));
  const std::string unknown = text_field(model, "unk_token", "", where);
  if (!unknown.empty()) config.unk_token = unknown;
  config.continuing_subword_prefix = text_field(model, "continuing_subword_prefix", "", where);
  config.end_of_word_suffix = text_field(model, "end_of_word_suffix", "", where);
  config.fuse_unk = flag_field(model, "fuse_unk", false, where);
  config.ignore_merges = flag_field(model, "ignore_merges", false, where);
  return std::make_unique<Bpe>(std::move(config), where);
}

// ["token", id]
int64_t id_of_pair(const json& processor, const char* name, const std::string& where) {
  const json& pair = required_array(processor, name, where);
  if (pair.size() != 2) throw DataError(where + ": " + name + ": expected [token, id]");
  return token_id(pair[1], where + ": " + name);
}

// [{"SpecialToken": {"id": "<bos>"}}, {"Sequence": {"id": "A"}}, ...]
void add_template(const json& processor, const std::string& where, TokenizerParts& parts) {
  std::vector<int64_t> before, after;
  int texts = 0;
  for (const json& item : required_array(processor, "single", where)) {
    if (item.is_object() && item.contains("Sequence")) {
      ++texts;
      continue;
    }
    const std::string name =
        required_text(required_object(item, "SpecialToken", where), "id", where);
    const json& known = required_object(processor, "special_tokens", where);
    for (const json& id :
         required_array(required_object(known, name.c_str(), where), "ids", where)) {
      (texts == 0 ? before : after).push_back(token_id(id, where + ": " + quote(name)));
    }
  }
  if (texts != 1)
    throw DataError(where + ": the template holds the text " + std::to_string(texts) +
                    " times, expected once");
  parts.prefix.insert(parts.prefix.begin(), before.begin(), before.end());
  parts.suffix.insert(parts.suffix.end(), after.begin(), after.end());
}

void add_post_processor(const json& processor, const std::string& where, TokenizerParts& parts) {
  const std::string type = required_text(processor, "type", where);
  if (type == "ByteLevel") return;  // moves offsets only
  if (type == "TemplateProcessing") {
    add_template(processor, where, parts);
  } else if (type == "RobertaProcessing" || type == "BertProcessing") {
    parts.prefix.insert(parts.prefix.begin(), id_of_pair(processor, "cls", where));
    parts.suffix.push_back(id_of_pair(processor, "sep", where));
  } else if (type == "Sequence") {
    for (const json& inner : required_array(processor, "processors", where))
      add_post_processor(inner, where, parts);
  } else {
    unsupported(where, type,
                "TemplateProcessing, RobertaProcessing, BertProcessing, ByteLevel and Sequence");
  }
}

const json* stage(const json& document, const char* name) {
  const auto found = document.find(name);
  return found == document.end() || found->is_null() ? nullptr : &*found;
}

}  // namespace

std::unique_ptr<TokenizerParts> read_tokenizer_json(const std::string& path,
                                                    SpecialTokens special) {
  const json document = read_json_file(path);
  auto parts = std::make_unique<TokenizerParts>();
  parts->where = path;
  parts->special = std::move(special);
  parts->bpe = bpe_of(required_object(document, "model", path), path + ": model");
  if (const json* step = stage(document, "normalizer"))
    parts->normalizer = normalizer_of(*step, path + ": normalizer");
  if (const json* step = stage(document, "pre_tokenizer")) {
    parts->pre_tokenizer = pre_tokenizer_of(*step, path + ": pre_tokenizer", parts->byte_letters);
  }
  if (const json* step = stage(document, "post_processor"))
    add_post_processor(*step, path + ": post_processor", *parts);
  if (stage(document, "added_tokens")) {
    for (const json& token : required_array(document, "added_tokens", path)) {
      parts->added.add(read_added_token(token, path + ": added_tokens"));
    }
  }
  const json* padding = stage(document, "padding");
  if (padding && !parts->special.pad)
    parts->special.pad = required_text(*padding, "pad_token", path + ": padding");
  settle_added_tokens(*parts);
  return parts;
}

}  // namespace flowreel
