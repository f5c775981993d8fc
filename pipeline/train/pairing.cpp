#include "pipeline/train/pairing.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "errors/error.h"

namespace flowreel {
namespace {

constexpr int64_t kNone = -1;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The dual solution: potentials with u_[i] + v_[j] <= cost[i, j], equal on every assigned pair.
// Most rows find a column at once, the others along a shortest path in the reduced costs.
class Assignment {
 public:
  Assignment(const double* cost, int64_t n)
      : cost_(cost),
        n_(n),
        u_(n, kInfinity),
        v_(n, kInfinity),
        row_of_(n, kNone),
        column_of_(n, kNone),
        distance_(n),
        before_(n) {}

  std::vector<int64_t> solve() {
    reduce();
    for (int64_t row = 0; row < n_; ++row) {
      if (column_of_[row] == kNone) augment(row);
    }
    return column_of_;
  }

 private:
  // Potentials as large as the minima of columns and rows allow, and the pairs that are tight then.
  void reduce() {
    for (int64_t i = 0; i < n_; ++i) {
      for (int64_t j = 0; j < n_; ++j) v_[j] = std::min(v_[j], cost_[i * n_ + j]);
    }
    for (int64_t i = 0; i < n_; ++i) {
      int64_t best = kNone;
      for (int64_t j = 0; j < n_; ++j) {
        const double reduced = cost_[i * n_ + j] - v_[j];
        if (reduced < u_[i]) u_[i] = reduced, best = j;
      }
      if (row_of_[best] == kNone) assign(i, best);
    }
  }

  void assign(int64_t row, int64_t column) {
    row_of_[column] = row;
    column_of_[row] = column;
  }

  // Dijkstra from `source` over the columns: distance_[j] is the reduced length of the shortest
  // alternating path to j, before_[j] the row it comes from. Ends at the first free column.
  void augment(int64_t source) {
    std::fill(distance_.begin(), distance_.end(), kInfinity);
    open_.resize(n_);
    std::iota(open_.begin(), open_.end(), 0);
    done_.clear();
    int64_t row = source, column = kNone;
    double length = 0;
    while (true) {
      column = advance(row, length);
      length = distance_[column];
      if (row_of_[column] == kNone) break;
      done_.push_back(column);
      row = row_of_[column];
    }
    raise_potentials(source, length);
    while (column != kNone) {
      const int64_t taker = before_[column], left = column_of_[taker];
      assign(taker, column);
      column = left;
    }
  }

  // Extends the paths by those through `row`, which `length` leads to, and takes the nearest column
  // out of the open ones.
  int64_t advance(int64_t row, double length) {
    const double* cost = cost_ + row * n_;
    const double base = length - u_[row];
    size_t nearest = 0;
    double shortest = kInfinity;
    for (size_t k = 0; k < open_.size(); ++k) {
      const int64_t j = open_[k];
      const double through = base + cost[j] - v_[j];
      if (through < distance_[j]) distance_[j] = through, before_[j] = row;
      if (distance_[j] < shortest) shortest = distance_[j], nearest = k;
    }
    const int64_t column = open_[nearest];
    open_[nearest] = open_.back();
    open_.pop_back();
    return column;
  }

  // Keeps the potentials feasible, and tight along the path that is about to be taken.
  void raise_potentials(int64_t source, double length) {
    u_[source] += length;
    for (const int64_t j : done_) {
      u_[row_of_[j]] += length - distance_[j];
      v_[j] -= length - distance_[j];
    }
  }

  const double* cost_;
  int64_t n_;
  std::vector<double> u_, v_;
  std::vector<int64_t> row_of_, column_of_;
  std::vector<double> distance_;  // of the search under way, as are those below
  std::vector<int64_t> before_, open_, done_;
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
