// What training minimises: an objective is a function of a batch to a loss, whatever the network
// behind it.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/train/draw.h"

namespace flowreel {

// `data` [B,...] is where the flow ends (x_1): scaled latents, clips in [-1,1], or points. Captions
// are B texts, or none for a model without a condition.
struct Batch {
  at::Tensor data;
  std::vector<std::string> captions;
  // Where it begins (x_0), like data, where noise and data belong together; undefined: it is drawn.
  at::Tensor noise = {};
};

// `total` is a scalar with a graph behind it. `terms` are what it is made of, for the log.
struct Loss {
  at::Tensor total;
  std::vector<std::pair<std::string, double>> terms;
};

// All that is random comes from `draw`, so the same batch and draw give the same loss.
using Objective = std::function<Loss(const Batch& batch, const Draw& draw)>;

// A network to be trained: x_t [B,...] at times t [B] float32 in [0,1] → a tensor like x_t. What it
// means (a velocity, a noise) is the objective's business. Captions as in Batch.
using BatchNetwork = std::function<at::Tensor(const at::Tensor& x_t, const at::Tensor& t,
                                              const std::vector<std::string>& captions)>;

}  // namespace flowreel
