// Whether the values of one sample are larger than those of another, by their ranks alone.
#pragma once

#include <vector>

namespace flowreel {

// One-sided p-values of the Wilcoxon rank-sum (Mann-Whitney) test: the chance of the values of `a`
// ranking as high among those of both as they do, were the values dealt out at random. Values that
// are equal share their mean rank; NaN values are left out; 1 when a sample is empty.

// The exact one, or the normal one where the exact one would take more than some 10^8 additions.
double rank_sum_p(const std::vector<double>& a, const std::vector<double>& b);

// By counting all ways to deal out the ranks, equal ones too: right for the smallest samples.
double exact_rank_sum_p(const std::vector<double>& a, const std::vector<double>& b);

// By the normal distribution of the same mean and variance, corrected for equal values, and by half
// a rank for its continuity.
double normal_rank_sum_p(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace flowreel
