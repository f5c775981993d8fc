// What turns gradients into changes of the parameters: AdamW for all of them, or Muon for the
// matrices of the blocks and AdamW for the rest.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "pipeline/train/adamw.h"
#include "pipeline/train/muon.h"
#include "pipeline/train/parameters.h"

namespace flowreel {

struct OptimizerOptions {
  AdamWOptions adamw;
  std::optional<MuonOptions> muon;  // nothing: AdamW alone
};

class Optimizer {
 public:
  // The parameters must outlive this. Errors as AdamW and Muon.
  Optimizer(const NamedParameters& parameters, const OptimizerOptions& options);

  // One update with learning rate lr. A parameter without a gradient is left as it is.
  void step(double lr);

  // Forgets the gradients.
  void zero_grad();

  // Every tensor that the next update depends on, by a name that stays; to be read, or written in
  // place.
  void visit_state(const std::function<void(const std::string& name, at::Tensor value)>& visitor);

  // After the state was written: how many updates it comes from.
  void resume_at(int64_t steps);

 private:
  NamedParameters others_;  // AdamW's
  AdamW adamw_;
  Muon muon_;  // has no parameters when it is not wanted
};

}  // namespace flowreel
