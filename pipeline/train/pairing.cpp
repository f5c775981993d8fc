#include "pipeline/train/pairing.h"

#include <ATen/ATen.h>

#include <limits>

#include "errors/error.h"

namespace flowreel {
namespace {

// The dual solution: potentials with u_[i] + v_[j] <= cost[i, j], equal on every assigned pair.
// Rows are assigned one after the other, each along a shortest path in the reduced costs.
class Assignment {
 public:
  Assignment(const double* cost, int64_t n)
      : cost_(cost), n_(n), u_(n, 0.0), v_(n, 0.0), row_of_(n, kNone) {}

  std::vector<int64_t> solve() {
    for (int64_t row = 0; row < n_; ++row) augment(row);
    std::vector<int64_t> column_of(n_);
    for (int64_t j = 0; j < n_; ++j) column_of[row_of_[j]] = j;
    return column_of;
  }

 private:
  static constexpr int64_t kNone = -1;

  // Dijkstra from `source` over the columns: distance[j] is the reduced length of the shortest
  // alternating path to j, before[j] the row it comes from. Ends at the first free column.
  void augment(int64_t source) {
    std::vector<double> distance(n_, std::numeric_limits<double>::infinity());
    std::vector<int64_t> before(n_, kNone);
    std::vector<char> done(n_, 0);
    int64_t row = source, column = kNone;
    double length = 0;
    while (true) {
      relax(row, length, done, distance, before);
      column = nearest(done, distance);
      length = distance[column];
      if (row_of_[column] == kNone) break;
      done[column] = 1;
      row = row_of_[column];
    }
    raise_potentials(source, length, done, distance);
    while (column != kNone) column = take(column, before[column]);
  }

  void relax(int64_t row, double length, const std::vector<char>& done,
             std::vector<double>& distance, std::vector<int64_t>& before) const {
    for (int64_t j = 0; j < n_; ++j) {
      const double through = length + cost_[row * n_ + j] - u_[row] - v_[j];
      if (done[j] || through >= distance[j]) continue;
      distance[j] = through;
      before[j] = row;
    }
  }

  int64_t nearest(const std::vector<char>& done, const std::vector<double>& distance) const {
    int64_t best = kNone;
    for (int64_t j = 0; j < n_; ++j) {
      if (!done[j] && (best == kNone || distance[j] < distance[best])) best = j;
    }
    return best;
  }

  // Keeps the potentials feasible, and tight along the path that is about to be taken.
  void raise_potentials(int64_t source, double length, const std::vector<char>& done,
                        const std::vector<double>& distance) {
    u_[source] += length;
    for (int64_t j = 0; j < n_; ++j) {
      if (!done[j]) continue;
      u_[row_of_[j]] += length - distance[j];
      v_[j] -= length - distance[j];
    }
  }

  // Gives column to row and returns the column that row leaves.
  int64_t take(int64_t column, int64_t row) {
    int64_t left = kNone;
    for (int64_t j = 0; j < n_ && left == kNone; ++j) {
      if (row_of_[j] == row) left = j;
    }
    row_of_[column] = row;
    return left;
  }

  const double* cost_;
  int64_t n_;
  std::vector<double> u_, v_;
  std::vector<int64_t> row_of_;  // of each column
};

}  // namespace

std::vector<int64_t> optimal_assignment(const at::Tensor& cost) {
  if (cost.dim() != 2 || cost.size(0) != cost.size(1)) {
    throw UsageError(
        c10::str("cost of an assignment has shape ", cost.sizes(), ", expected [n,n]"));
  }
  const at::Tensor c = cost.detach().to(at::kCPU, at::kDouble).contiguous();
  if (!at::isfinite(c).all().item<bool>()) {
    throw NumericsError("cost of an assignment has a value that is not finite");
  }
  return Assignment(c.const_data_ptr<double>(), c.size(0)).solve();
}

at::Tensor pair_noise_with_data(const at::Tensor& x_0, const at::Tensor& x_1) {
  if (x_0.sizes() != x_1.sizes() || x_0.dim() < 1) {
    throw UsageError(c10::str("x_0 and x_1 must be [B,...] of one shape, found ", x_0.sizes(),
                              " and ", x_1.sizes()));
  }
  // |x_1|^2 and |x_0|^2 add the same to every permutation; what is left of the distance is the
  // product.
  const at::Tensor data = x_1.detach().flatten(1), noise = x_0.detach().flatten(1);
  const at::Tensor cost = at::neg(at::mm(data.to(at::kFloat), noise.to(at::kFloat).t()));
  const at::Tensor order = at::tensor(optimal_assignment(cost), at::kLong).to(x_0.device());
  return x_0.index_select(0, order);
}

}  // namespace flowreel
