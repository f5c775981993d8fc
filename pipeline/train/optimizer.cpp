#include "pipeline/train/optimizer.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <iterator>

namespace flowreel {
namespace {

// Those parameters that Muon takes, or those that it leaves.
NamedParameters those(const NamedParameters& all, bool muon_is_on, bool for_muon) {
  NamedParameters chosen;
  std::copy_if(all.begin(), all.end(), std::back_inserter(chosen), [&](const NamedParameter& p) {
    return (muon_is_on && is_hidden_matrix(p)) == for_muon;
  });
  return chosen;
}

}  // namespace

Optimizer::Optimizer(const NamedParameters& parameters, const OptimizerOptions& options)
    : others_(those(parameters, options.muon.has_value(), false)),
      adamw_(without_names(others_), options.adamw),
      muon_(those(parameters, options.muon.has_value(), true),
            options.muon.value_or(MuonOptions{})) {}

void Optimizer::step(double lr) {
  adamw_.step(lr);
  muon_.step(lr);
}

void Optimizer::zero_grad() {
  adamw_.zero_grad();
  for (const NamedParameter& p : muon_.parameters()) p.parameter->value.mutable_grad().reset();
}

void Optimizer::visit_state(
    const std::function<void(const std::string& name, at::Tensor value)>& visitor) {
  for (size_t i = 0; i < others_.size(); ++i) {
    visitor("exp_avg." + others_[i].name, adamw_.moments()[i].exp_avg);
    visitor("exp_avg_sq." + others_[i].name, adamw_.moments()[i].exp_avg_sq);
  }
  for (size_t i = 0; i < muon_.momenta().size(); ++i)
    visitor("momentum." + muon_.parameters()[i].name, muon_.momenta()[i]);
}

void Optimizer::resume_at(int64_t steps) { adamw_.restore(adamw_.moments(), steps); }

}  // namespace flowreel
