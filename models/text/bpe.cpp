#include "models/text/bpe.h"

#include <algorithm>
#include <limits>
#include <queue>
#include <tuple>

#include "errors/error.h"
#include "errors/quote.h"
#include "models/text/utf8.h"

namespace flowreel {
namespace {

constexpr size_t kMaxTokenBytes = 16384;

uint64_t pair_key(int32_t left, int32_t right) {
  return (static_cast<uint64_t>(static_cast<uint32_t>(left)) << 32) | static_cast<uint32_t>(right);
}

}  // namespace

Bpe::Bpe(BpeConfig config, const std::string& where)
    : vocabulary_(std::move(config.vocabulary)),
      continuing_subword_prefix_(config.continuing_subword_prefix),
      end_of_word_suffix_(config.end_of_word_suffix),
      fuse_unk_(config.fuse_unk),
      ignore_merges_(config.ignore_merges) {
  add_vocabulary(where);
  add_merges(config, where);
  if (config.unk_token) {
    const auto id = id_of(*config.unk_token);
    if (!id)
      throw DataError(where + ": the unknown token " + quote(*config.unk_token) +
                      " is not in the vocabulary");
    unk_id_ = static_cast<int32_t>(*id);
  }
}

void Bpe::add_vocabulary(const std::string& where) {
  tokens_.reserve(vocabulary_.size());
  for (const auto& [token, id] : vocabulary_) {
    if (id < 0 || id > std::numeric_limits<int32_t>::max()) {
      throw DataError(where + ": token " + quote(token) + " has id " + std::to_string(id) +
                      ", expected 0..2147483647");
    }
    if (token.size() > kMaxTokenBytes) {
      throw DataError(where + ": token " + std::to_string(id) + " is " +
                      std::to_string(token.size()) + " bytes long, at most " +
                      std::to_string(kMaxTokenBytes) + " are read");
    }
    if (!is_valid_utf8(token))
      throw DataError(where + ": token " + std::to_string(id) + " is not valid UTF-8");
    largest_id_ = std::max(largest_id_, id);
    const auto [other, is_new] = tokens_.emplace(id, &token);
    if (!is_new) {
      throw DataError(where + ": id " + std::to_string(id) + " belongs to two tokens, " +
                      quote(std::min(*other->second, token)) + " and " +
                      quote(std::max(*other->second, token)));
    }
  }
}

void Bpe::add_merges(const BpeConfig& config, const std::string& where) {
  const auto known = [&](const std::string& token, size_t rank) {
    const auto id = vocabulary_.find(token);
    if (id == vocabulary_.end()) {
      throw DataError(where + ": merge " + std::to_string(rank) + " needs the token " +
                      quote(token) + ", which is not in the vocabulary");
    }
    return static_cast<int32_t>(id->second);
  };
  merges_.reserve(config.merges.size());
  for (size_t rank = 0; rank < config.merges.size(); ++rank) {
    const auto& [left, right] = config.merges[rank];
    if (right.compare(0, continuing_subword_prefix_.size(), continuing_subword_prefix_) != 0) {
      throw DataError(where + ": merge " + std::to_string(rank) + ": " + quote(right) +
                      " does not begin with " + quote(continuing_subword_prefix_));
    }
    const Merge merge{static_cast<int32_t>(rank),
                      known(left + right.substr(continuing_subword_prefix_.size()), rank)};
    // Of two equal merges the later one counts, as in the reference.
    merges_[pair_key(known(left, rank), known(right, rank))] = merge;
  }
}

std::optional<int64_t> Bpe::id_of(std::string_view token) const {
  const auto found = vocabulary_.find(token);
  if (found == vocabulary_.end()) return std::nullopt;
  return found->second;
}

const std::string* Bpe::token_of(int64_t id) const {
  const auto found = tokens_.find(id);
  return found == tokens_.end() ? nullptr : found->second;
}

std::vector<int32_t> Bpe::symbols_of(std::string_view piece) const {
  std::vector<int32_t> ids;
  bool after_unknown = false;
  std::string symbol;
  for (size_t begin = 0, end = 0; begin < piece.size(); begin = end) {
    next_code_point(piece, end);
    symbol.clear();
    if (begin > 0) symbol += continuing_subword_prefix_;
    symbol += piece.substr(begin, end - begin);
    if (end == piece.size()) symbol += end_of_word_suffix_;
    const auto known = vocabulary_.find(symbol);
    if (known != vocabulary_.end()) {
      ids.push_back(static_cast<int32_t>(known->second));
    } else if (unk_id_ && !(fuse_unk_ && after_unknown)) {
      ids.push_back(*unk_id_);
    }
    after_unknown = known == vocabulary_.end();
  }
  return ids;
}

const Bpe::Merge* Bpe::merge_of(int32_t left, int32_t right) const {
  const auto found = merges_.find(pair_key(left, right));
  return found == merges_.end() ? nullptr : &found->second;
}

std::vector<int32_t> Bpe::merged(const std::vector<int32_t>& ids) const {
  struct Symbol {
    int32_t id, previous, next;  // -1 ends the list; id -1: merged into its left neighbour
  };
  // rank, position of the left symbol, id that results: lowest rank first, leftmost first among
  // equals
  using Candidate = std::tuple<int32_t, int32_t, int32_t>;
  const auto count = static_cast<int32_t>(ids.size());
  std::vector<Symbol> symbols(ids.size());
  for (int32_t i = 0; i < count; ++i) symbols[i] = {ids[i], i - 1, i + 1 < count ? i + 1 : -1};
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> queue;
  const auto offer = [&](int32_t left) {
    if (left < 0 || symbols[left].next < 0) return;
    const Merge* merge = merge_of(symbols[left].id, symbols[symbols[left].next].id);
    if (merge) queue.emplace(merge->rank, left, merge->id);
  };
  for (int32_t i = 0; i < count; ++i) offer(i);

  while (!queue.empty()) {
    const auto [rank, at, id] = queue.top();
    queue.pop();
    Symbol& left = symbols[at];
    if (left.id < 0 || left.next < 0) continue;
    const Merge* merge = merge_of(left.id, symbols[left.next].id);
    if (!merge || merge->id != id) continue;  // one of the two has been merged since
    Symbol& right = symbols[left.next];
    left.id = id;
    left.next = right.next;
    right.id = -1;
    if (left.next >= 0) symbols[left.next].previous = at;
    offer(left.previous);
    offer(at);
  }
  std::vector<int32_t> result;
  for (int32_t i = 0; i >= 0 && count > 0; i = symbols[i].next) result.push_back(symbols[i].id);
  return result;
}

void Bpe::encode(std::string_view piece, std::vector<int64_t>& ids) const {
  if (piece.empty()) return;
  if (ignore_merges_) {
    if (const auto id = id_of(piece)) {
      ids.push_back(*id);
      return;
    }
  }
  for (const int32_t id : merged(symbols_of(piece))) ids.push_back(id);
}

}  // namespace flowreel
