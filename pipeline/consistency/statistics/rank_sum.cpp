#include "pipeline/consistency/statistics/rank_sum.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace flowreel {
namespace {

constexpr double kMostAdditions = 1e8;

// The ranks of both samples together, doubled so that shared ones are whole.
struct Ranks {
  std::vector<int64_t> all;        // rising
  int64_t count_a = 0, sum_a = 0;  // how many are a's, and their sum
  double tied = 0;                 // Σ (t³ - t) over groups of t equal values

  Ranks(const std::vector<double>& a, const std::vector<double>& b);
  auto count() const { return static_cast<int64_t>(all.size()); }
  bool empty() const { return count_a == 0 || count_a == count(); }
};

struct Value {
  double value;
  bool is_a;
};

Ranks::Ranks(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<Value> values;
  for (const double v : a) values.push_back({v, true});
  for (const double v : b) values.push_back({v, false});
  std::erase_if(values, [](const Value& v) { return std::isnan(v.value); });
  std::sort(values.begin(), values.end(),
            [](const Value& x, const Value& y) { return x.value < y.value; });
  const auto total = static_cast<int64_t>(values.size());
  for (int64_t first = 0, next = 0; first < total; first = next) {
    while (next < total && values[next].value == values[first].value) ++next;
    const int64_t rank = first + 1 + next;  // twice the mean of first + 1 … next
    for (int64_t i = first; i < next; ++i) {
      all.push_back(rank);
      if (!values[i].is_a) continue;
      ++count_a;
      sum_a += rank;
    }
    const auto t = static_cast<double>(next - first);
    tied += t * t * t - t;
  }
}

// Dealing out the ranks of the smaller sample settles those of the other.
int64_t smaller_count(const Ranks& ranks) {
  return std::min(ranks.count_a, ranks.count() - ranks.count_a);
}

double additions(const Ranks& ranks) {
  const auto n = static_cast<double>(smaller_count(ranks)),
             all = static_cast<double>(ranks.count());
  return all * n * (2 * all * n) / 4;
}

double exact(const Ranks& ranks) {
  if (ranks.empty()) return 1;
  const int64_t n = smaller_count(ranks);
  const bool is_a = n == ranks.count_a;
  // The largest sum that n ranks can have.
  int64_t most = 0;
  for (int64_t i = 0; i < n; ++i) most += ranks.all[ranks.all.size() - 1 - i];
  // ways[k][s]: of choosing k of the ranks so far that sum to s. Doubles hold the counts to 16
  // digits, whatever their size.
  std::vector<std::vector<double>> ways(n + 1, std::vector<double>(most + 1, 0.0));
  ways[0][0] = 1;
  int64_t chosen = 0, reach = 0;  // how many ranks were seen, and their sum
  for (const int64_t rank : ranks.all) {
    ++chosen;
    reach = std::min(most, reach + rank);
    for (int64_t k = std::min(n, chosen); k >= 1; --k) {
      const std::vector<double>& without = ways[k - 1];
      std::vector<double>& with = ways[k];
      for (int64_t s = rank; s <= reach; ++s) with[s] += without[s - rank];
    }
  }
  // a's sum is at least as large where that of the rest is at most as large.
  int64_t all_sum = 0;
  for (const int64_t rank : ranks.all) all_sum += rank;
  const int64_t limit = is_a ? ranks.sum_a : all_sum - ranks.sum_a;
  double extreme = 0, total = 0;
  for (int64_t s = 0; s <= most; ++s) {
    total += ways[n][s];
    if (is_a ? s >= limit : s <= limit) extreme += ways[n][s];
  }
  return extreme / total;
}

double normal(const Ranks& ranks) {
  if (ranks.empty()) return 1;
  const auto n = static_cast<double>(ranks.count_a), all = static_cast<double>(ranks.count());
  const double sum = static_cast<double>(ranks.sum_a) / 2, mean = n * (all + 1) / 2;
  const double variance = n * (all - n) / 12 * (all + 1 - ranks.tied / (all * (all - 1)));
  if (variance <= 0) return 1;  // all values are equal
  return std::min(1.0, 0.5 * std::erfc((sum - mean - 0.5) / std::sqrt(2 * variance)));
}

}  // namespace

double exact_rank_sum_p(const std::vector<double>& a, const std::vector<double>& b) {
  return exact(Ranks(a, b));
}

double normal_rank_sum_p(const std::vector<double>& a, const std::vector<double>& b) {
  return normal(Ranks(a, b));
}

double rank_sum_p(const std::vector<double>& a, const std::vector<double>& b) {
  const Ranks ranks(a, b);
  return additions(ranks) <= kMostAdditions ? exact(ranks) : normal(ranks);
}

}  // namespace flowreel
