#include "pipeline/consistency/statistics/spread.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <string>

namespace flowreel {
namespace {

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace

std::optional<Spread> spread_of(const std::vector<ClusteredValue>& values) {
  std::map<std::string, std::vector<double>> by_cluster;
  std::vector<double> all;
  for (const ClusteredValue& v : values) {
    by_cluster[v.cluster].push_back(v.value);
    all.push_back(v.value);
  }
  const auto n = static_cast<double>(all.size()), k = static_cast<double>(by_cluster.size());
  if (k < 2 || n <= k) return std::nullopt;
  const double mean = mean_of(all);
  double within = 0, between = 0, squared_counts = 0;
  for (const auto& [name, members] : by_cluster) {
    const auto count = static_cast<double>(members.size());
    const double own = mean_of(members);
    for (const double x : members) within += (x - own) * (x - own);
    between += count * (own - mean) * (own - mean);
    squared_counts += count * count;
  }
  const double msw = within / (n - k), msb = between / (k - 1);
  const double n_0 = (n - squared_counts / n) / (k - 1);
  return Spread{std::sqrt(msw), std::sqrt(std::max(0.0, (msb - msw) / n_0))};
}

}  // namespace flowreel
