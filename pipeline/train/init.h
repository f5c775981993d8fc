// Values for a network that is to be trained from nothing.
#pragma once

#include <cstdint>

#include "models/weights/module.h"

namespace flowreel {

// Gives every parameter a float32 value on the CPU. A parameter's numbers are a function of (seed,
// its name, its shape): they do not change when a network gains or loses another. By name and
// shape:
//   bias                                     0
//   weight of one dimension (norms)          1
//   weight of an embedding (its module is embed_tokens or ends in _embedding)   N(0, 0.02^2)
//   other weights [out, in, ...]             uniform in +-1/sqrt(fan_in), fan_in = in * ...: what
//                                            torch.nn.Linear and the convolutions begin with
// Throws DataError naming a parameter that is none of these.
void initialise(Module& module, uint64_t seed);

// adaLN-Zero (Peebles & Xie, arXiv 2212.09748, section 3.2), after initialise(): every block of a
// transformer begins as the identity and the network as 0, from where deep ones learn faster.
void begin_as_identity(Module& transformer);

}  // namespace flowreel
