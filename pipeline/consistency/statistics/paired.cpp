#include "pipeline/consistency/statistics/paired.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <random>

#include "pipeline/consistency/series.h"

namespace flowreel {
namespace {

constexpr uint64_t kSeed = 20240229;
constexpr int64_t kLeastPairs = 8, kLeastClusters = 6;
constexpr size_t kMostForAllFlips = 16;
constexpr double kZ = 1.959963984540054;  // Phi(kZ) = 0.975

struct Cluster {
  double sum = 0;
  int64_t count = 0;
};

double mean_of(const Cluster& all) { return all.sum / static_cast<double>(all.count); }

// The standard library's distributions differ between implementations; its generators do not.
uint64_t below(std::mt19937_64& random, uint64_t n) {
  const uint64_t rest = (UINT64_MAX % n + 1) % n;  // 2^64 mod n
  uint64_t drawn = random();
  while (drawn > UINT64_MAX - rest) drawn = random();
  return drawn % n;
}

double phi(double z) { return std::erfc(-z / std::sqrt(2)) / 2; }

double inverse_phi(double p) {
  double low = -10, high = 10;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (phi(middle) < p ? low : high) = middle;
  }
  return (low + high) / 2;
}

std::vector<double> resampled_means(const std::vector<Cluster>& clusters, int resamples) {
  std::mt19937_64 random(kSeed);
  std::vector<double> means;
  means.reserve(static_cast<size_t>(resamples));
  for (int i = 0; i < resamples; ++i) {
    Cluster all;
    for (size_t k = 0; k < clusters.size(); ++k) {
      const Cluster& drawn = clusters[below(random, clusters.size())];
      all.sum += drawn.sum;
      all.count += drawn.count;
    }
    means.push_back(mean_of(all));
  }
  return means;
}

std::vector<double> means_without_one(const std::vector<Cluster>& clusters, const Cluster& all) {
  std::vector<double> means;
  for (const Cluster& c : clusters)
    means.push_back(mean_of({all.sum - c.sum, all.count - c.count}));
  return means;
}

std::string why_no_interval(const PairedStatistics& s) {
  const auto text = [](int64_t there, const char* what, int64_t needed) {
    return std::to_string(there) + " " + what + ", at least " + std::to_string(needed) +
           " are needed";
  };
  if (s.pairs < kLeastPairs) return text(s.pairs, s.pairs == 1 ? "pair" : "pairs", kLeastPairs);
  if (s.clusters < kLeastClusters)
    return text(s.clusters, s.clusters == 1 ? "prompt" : "prompts", kLeastClusters);
  return "";
}

}  // namespace

ConfidenceInterval bca_interval(std::vector<double> resampled, double estimate,
                                const std::vector<double>& without_one) {
  double count = 0;
  for (const double r : resampled) count += r < estimate ? 1 : r == estimate ? 0.5 : 0;
  const auto n = static_cast<double>(resampled.size());
  const double z0 = inverse_phi(std::clamp(count / n, 0.5 / n, 1 - 0.5 / n));

  const double m = std::accumulate(without_one.begin(), without_one.end(), 0.0) /
                   static_cast<double>(without_one.size());
  double squares = 0, cubes = 0;
  for (const double j : without_one) {
    squares += (m - j) * (m - j);
    cubes += (m - j) * (m - j) * (m - j);
  }
  const double a = squares > 0 ? cubes / (6 * std::pow(squares, 1.5)) : 0;

  std::sort(resampled.begin(), resampled.end());
  const auto bound = [&](double z) {
    return quantile(resampled, phi(z0 + (z0 + z) / (1 - a * (z0 + z))));
  };
  return {bound(-kZ), bound(kZ)};
}

double sign_flip_p(const std::vector<double>& sums, int flips) {
  double extent = 0, observed = 0;
  for (const double s : sums) {
    extent += std::abs(s);
    observed += s;
  }
  const double least = std::abs(observed) - 1e-12 * extent;  // equal but for rounding counts
  int64_t found = 0;
  const auto count = [&](auto flipped) {
    double sum = 0;
    for (size_t i = 0; i < sums.size(); ++i) sum += flipped(i) ? -sums[i] : sums[i];
    if (std::abs(sum) >= least) ++found;
  };
  if (sums.size() <= kMostForAllFlips) {
    const uint64_t ways = uint64_t{1} << sums.size();
    for (uint64_t way = 0; way < ways; ++way) count([&](size_t i) { return way >> i & 1; });
    return static_cast<double>(found) / static_cast<double>(ways);
  }
  std::mt19937_64 random(kSeed);
  uint64_t bits = 0;
  for (int k = 0; k < flips; ++k) {
    count([&](size_t i) {
      if (i % 64 == 0) bits = random();
      return bits >> i % 64 & 1;
    });
  }
  return static_cast<double>(found + 1) / static_cast<double>(flips + 1);
}

std::vector<double> holm(const std::vector<double>& p) {
  std::vector<size_t> order(p.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return p[a] < p[b]; });
  std::vector<double> adjusted(p.size());
  double largest = 0;
  for (size_t rank = 0; rank < order.size(); ++rank) {
    const double scaled = static_cast<double>(p.size() - rank) * p[order[rank]];
    largest = std::min(1.0, std::max(largest, scaled));
    adjusted[order[rank]] = largest;
  }
  return adjusted;
}

std::optional<double> hedges_g(const std::vector<double>& differences) {
  if (differences.size() < 2) return std::nullopt;
  const auto [least, most] = std::minmax_element(differences.begin(), differences.end());
  if (*least == *most)
    return std::nullopt;  // their standard deviation may not be 0 but for rounding
  const auto n = static_cast<double>(differences.size());
  const double mean = std::accumulate(differences.begin(), differences.end(), 0.0) / n;
  double squares = 0;
  for (const double d : differences) squares += (d - mean) * (d - mean);
  return mean / std::sqrt(squares / (n - 1)) * (1 - 3 / (4 * (n - 1) - 1));
}

PairedStatistics paired_statistics(const std::vector<ClusteredValue>& differences, int resamples) {
  PairedStatistics s;
  s.pairs = static_cast<int64_t>(differences.size());
  if (differences.empty()) {
    s.why_no_interval = why_no_interval(s);
    return s;
  }
  std::map<std::string, Cluster> by_name;  // their order does not depend on that of the pairs
  std::vector<double> values, sums;
  for (const ClusteredValue& d : differences) {
    by_name[d.cluster].sum += d.value;
    ++by_name[d.cluster].count;
    values.push_back(d.value);
    ++(d.value > 0 ? s.above : d.value < 0 ? s.below : s.equal);
  }
  std::vector<Cluster> clusters;
  Cluster all;
  for (const auto& [name, cluster] : by_name) {
    clusters.push_back(cluster);
    sums.push_back(cluster.sum);
    all.sum += cluster.sum;
    all.count += cluster.count;
  }
  s.clusters = static_cast<int64_t>(clusters.size());
  s.mean = mean_of(all);
  s.p = sign_flip_p(sums, resamples);
  s.g = hedges_g(values);
  s.why_no_interval = why_no_interval(s);
  if (s.why_no_interval.empty())
    s.interval = bca_interval(resampled_means(clusters, resamples), s.mean,
                              means_without_one(clusters, all));
  return s;
}

}  // namespace flowreel
