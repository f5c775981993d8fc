#include "models/text/added_tokens.h"

#include <algorithm>

#include "errors/error.h"
#include "errors/quote.h"
#include "models/text/regex.h"
#include "models/text/utf8.h"

namespace flowreel {
namespace {

// \w of Unicode TR18: letters, marks, numbers written as digits or letters, connectors, joiners.
bool is_word(std::string_view character) {
  static const Regex word(R"([\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}\x{200c}\x{200d}\x{24b6}-\x{24e9}])",
                          "added tokens");
  return !word.find_all(character).empty();
}

bool is_word_before(std::string_view text, size_t position) {
  if (position == 0) return false;
  size_t start = position - 1;
  while (start > 0 && (static_cast<uint8_t>(text[start]) & 0xC0) == 0x80) --start;
  return is_word(text.substr(start, position - start));
}

bool is_word_at(std::string_view text, size_t position) {
  if (position == text.size()) return false;
  size_t end = position;
  next_code_point(text, end);
  return is_word(text.substr(position, end - position));
}

}  // namespace

void AddedTokens::Needles::add(Needle needle) {
  if (!needle.text.empty())
    by_first_byte[static_cast<uint8_t>(needle.text[0])].push_back(std::move(needle));
}

void AddedTokens::Needles::sort() {
  for (auto& needles : by_first_byte) {
    std::stable_sort(needles.begin(), needles.end(), [](const Needle& a, const Needle& b) {
      return a.text.size() > b.text.size();
    });
  }
}

const AddedTokens::Needle* AddedTokens::Needles::at(std::string_view text, size_t position) const {
  for (const Needle& needle : by_first_byte[static_cast<uint8_t>(text[position])]) {
    if (text.compare(position, needle.text.size(), needle.text) == 0) return &needle;
  }
  return nullptr;
}

void AddedTokens::add(const AddedToken& token) {
  if (token.content.empty()) return;
  const auto [place, is_new] = by_content_.emplace(token.content, tokens_.size());
  if (is_new) {
    tokens_.push_back(token);
    return;
  }
  AddedToken& known = tokens_[place->second];
  const int64_t id = token.id < 0 ? known.id : token.id;
  known = token;
  known.id = id;
}

void AddedTokens::assign_ids(const Bpe& bpe, const std::string& where) {
  int64_t next = bpe.size();
  for (AddedToken& token : tokens_) {
    const auto known = bpe.id_of(token.content);
    const int64_t id = known ? *known : next;
    const std::string name = where + ": added token " + quote(token.content);
    if (token.id >= 0 && token.id != id) {
      throw DataError(name + " says id " + std::to_string(token.id) + ", expected " +
                      std::to_string(id) +
                      (known ? " as in the vocabulary" : ", the next free one"));
    }
    if (const std::string* other = known ? nullptr : bpe.token_of(id)) {
      throw DataError(name + " would get id " + std::to_string(id) + ", which belongs to " +
                      quote(*other));
    }
    token.id = id;
    next = std::max(next, id + 1);
  }
}

void AddedTokens::prepare(const Bpe& bpe, const Normalizer& normalizer, const std::string& where) {
  assign_ids(bpe, where);
  for (size_t i = 0; i < tokens_.size(); ++i) {
    const AddedToken& token = tokens_[i];
    if (!token.normalized)
      raw_.add({token.content, i});
    else
      normalized_.add({normalizer ? normalizer(token.content) : token.content, i});
  }
  raw_.sort();
  normalized_.sort();
}

std::vector<Segment> AddedTokens::cut(std::string_view text, const Needles& needles) const {
  std::vector<Segment> segments;
  size_t done = 0;
  for (size_t position = 0; position < text.size();) {
    const Needle* needle = needles.at(text, position);
    if (!needle) {
      ++position;
      continue;
    }
    const AddedToken& token = tokens_[needle->token];
    size_t begin = position;
    size_t end = position + needle->text.size();
    position = end;
    if (token.single_word && (is_word_before(text, begin) || is_word_at(text, end))) continue;
    if (token.lstrip) begin = std::max(done, trailing_space_begin(text.substr(0, begin)));
    if (token.rstrip) end += leading_space_end(text.substr(end));
    if (done < begin)
      segments.push_back({std::nullopt, std::string(text.substr(done, begin - done))});
    segments.push_back({token.id, {}});
    done = end;
    position = std::max(position, end);
  }
  if (done < text.size()) segments.push_back({std::nullopt, std::string(text.substr(done))});
  return segments;
}

std::vector<Segment> AddedTokens::split(std::string_view text, const Normalizer& normalizer) const {
  std::vector<Segment> segments;
  for (Segment& segment : cut(text, raw_)) {
    if (segment.id) {
      segments.push_back(std::move(segment));
      continue;
    }
    const std::string normal =
        normalizer ? normalizer(std::move(segment.text)) : std::move(segment.text);
    for (Segment& part : cut(normal, normalized_)) segments.push_back(std::move(part));
  }
  return segments;
}

const AddedToken* AddedTokens::find(std::string_view content) const {
  const auto found = by_content_.find(content);
  return found == by_content_.end() ? nullptr : &tokens_[found->second];
}

bool AddedTokens::is_added(int64_t id) const {
  return std::any_of(tokens_.begin(), tokens_.end(),
                     [&](const auto& token) { return token.id == id; });
}

}  // namespace flowreel
