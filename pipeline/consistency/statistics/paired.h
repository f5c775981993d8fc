// What differences of pairs say when the pairs come in clusters: seeds of one prompt are no
// independent samples, prompts are.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace flowreel {

struct ClusteredValue {
  std::string cluster;  // the prompt
  double value = 0;
};

struct ConfidenceInterval {
  double low = 0, high = 0;
};

struct PairedStatistics {
  int64_t pairs = 0, clusters = 0;
  double mean = 0;  // of all differences
  // 95 %, bootstrap of whole clusters, BCa. None for fewer than 8 pairs, or fewer than 6 clusters,
  // with which the test below cannot reach 0.05 either.
  std::optional<ConfidenceInterval> interval;
  std::string why_no_interval;  // "5 pairs, at least 8 are needed"; empty where there is one
  // Two-sided, of the mean being 0: the share of the ways to flip the signs of whole clusters that
  // bring it at least as far from 0. All of the ways for up to 16 clusters.
  double p = 1;
  std::optional<double> g;  // hedges_g()
  int64_t above = 0, equal = 0, below = 0;
};

// Always the same for the same differences: the generator is std::mt19937_64 with a fixed seed.
// `resamples`: also the number of random flips, where there are too many for all of them.
PairedStatistics paired_statistics(const std::vector<ClusteredValue>& differences,
                                   int resamples = 10000);

// Adjusted by Holm 1979, so that p < 0.05 of any is wrong in 5 % of the cases for all together.
std::vector<double> holm(const std::vector<double>& p);

// Mean of the differences by their standard deviation (n - 1), times 1 - 3 / (4 (n - 1) - 1), which
// takes off the bias of small n. None for fewer than two differences, or equal ones.
std::optional<double> hedges_g(const std::vector<double>& differences);

// Bias-corrected and accelerated (Efron 1987), 95 %: quantiles of the resampled statistic at
// Phi(z0 + (z0 + z) / (1 - a (z0 + z))), z = -+1.96, where Phi(z0) is the share of them below the
// estimate (equal ones count half), and with m the mean of the statistics without one cluster each,
// j_i, a = sum (m - j_i)^3 / (6 (sum (m - j_i)^2)^1.5).
ConfidenceInterval bca_interval(std::vector<double> resampled, double estimate,
                                const std::vector<double>& without_one);

// p of the sum of these values, as in PairedStatistics; for more than 16 of them, of that many
// random flips, with (found + 1) / (flips + 1).
double sign_flip_p(const std::vector<double>& sums, int flips = 10000);

}  // namespace flowreel
