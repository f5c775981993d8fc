// Exponential moving average of the weights: what is validated, sampled from and saved.
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <string>
#include <vector>

#include "pipeline/train/parameters.h"

namespace flowreel {

class Ema {
 public:
  // Starts at the parameters' present values. decay in [0,1); 0 is no averaging.
  Ema(const NamedParameters& parameters, double decay);

  // average += (1 - d) (parameter - average), d = min(decay, (1 + step) / (10 + step)): a short
  // memory at first, so that the random start is forgotten. step counts from 0.
  void update(int64_t step);

  // The averages by parameter name, the tensors themselves.
  std::map<std::string, at::Tensor> values() const;

  // While it lives, the parameters hold the averages.
  class Applied {
   public:
    explicit Applied(Ema& ema) : ema_(ema) { ema_.exchange(); }
    Applied(const Applied&) = delete;
    Applied& operator=(const Applied&) = delete;
    ~Applied() { ema_.exchange(); }

   private:
    Ema& ema_;
  };

 private:
  void exchange();

  NamedParameters parameters_;
  double decay_;
  std::vector<at::Tensor> averages_;
};

}  // namespace flowreel
