#include "pipeline/train/adamw.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <utility>

#include "errors/error.h"

namespace flowreel {
namespace {

void check_options(const AdamWOptions& o) {
  const auto check = [](const char* name, double value, bool fits, const char* expected) {
    if (fits) return;
    throw UsageError(c10::str("AdamW's ", name, " is ", value, ", expected ", expected));
  };
  check("beta1", o.beta1, o.beta1 >= 0 && o.beta1 < 1, "0 to below 1");
  check("beta2", o.beta2, o.beta2 >= 0 && o.beta2 < 1, "0 to below 1");
  check("eps", o.eps, o.eps > 0, "above 0");
  check("weight_decay", o.weight_decay, o.weight_decay >= 0, "0 or more");
}

void check_parameter(const Parameter& parameter, size_t index, at::Device device) {
  const at::Tensor& value = parameter.value;
  const bool fits =
      value.defined() && value.scalar_type() == at::kFloat && value.device() == device;
  if (fits) return;
  throw DataError(c10::str("parameter ", index, " to be trained is ",
                           value.defined() ? c10::str(value.scalar_type(), " on ", value.device())
                                           : std::string("without a value"),
                           ", expected Float on ", device));
}

}  // namespace

AdamW::AdamW(std::vector<Parameter*> parameters, const AdamWOptions& options)
    : parameters_(std::move(parameters)), options_(options) {
  check_options(options);
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const at::Tensor& first = parameters_[0]->value;
    check_parameter(*parameters_[i], i, first.defined() ? first.device() : at::Device(at::kCPU));
    const at::Tensor zeros = at::zeros_like(parameters_[i]->value.detach());
    moments_.push_back({zeros, zeros.clone()});
  }
}

void AdamW::step(double lr) {
  const at::NoGradGuard no_grad;
  ++steps_;
  std::vector<at::Tensor> values, gradients, exp_avgs, exp_avg_sqs, steps;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const at::Tensor& value = parameters_[i]->value;
    if (!value.grad().defined()) continue;
    values.push_back(value);
    gradients.push_back(value.grad());
    exp_avgs.push_back(moments_[i].exp_avg);
    exp_avg_sqs.push_back(moments_[i].exp_avg_sq);
  }
  if (values.empty()) return;
  steps.assign(values.size(),
               at::full({}, static_cast<double>(steps_), values[0].options().requires_grad(false)));
  at::_fused_adamw_(values, gradients, exp_avgs, exp_avg_sqs, {}, steps, lr, options_.beta1,
                    options_.beta2, options_.weight_decay, options_.eps, /*amsgrad=*/false,
                    /*maximize=*/false);
}

void AdamW::zero_grad() {
  for (Parameter* parameter : parameters_) parameter->value.mutable_grad().reset();
}

void AdamW::restore(const std::vector<Moments>& moments, int64_t steps) {
  if (moments.size() != moments_.size()) {
    throw DataError(c10::str("the optimizer's state has ", moments.size(), " parameters, expected ",
                             moments_.size()));
  }
  if (steps < 0) throw DataError(c10::str("the optimizer's step is ", steps, ", expected >= 0"));
  for (size_t i = 0; i < moments.size(); ++i) {
    const auto expected = moments_[i].exp_avg.sizes();
    const auto& [exp_avg, exp_avg_sq] = moments[i];
    if (exp_avg.sizes() != expected || exp_avg_sq.sizes() != expected) {
      throw DataError(c10::str("the optimizer's state of parameter ", i, " has shapes ",
                               exp_avg.sizes(), " and ", exp_avg_sq.sizes(), ", expected ",
                               expected));
    }
    moments_[i].exp_avg.copy_(exp_avg);
    moments_[i].exp_avg_sq.copy_(exp_avg_sq);
  }
  steps_ = steps;
}

}  // namespace flowreel
