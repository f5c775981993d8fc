// Networks kept as TorchScript archives. An archive is a program: what is linked with this runs
// what it is given, so no library is, and the program only when it was asked for at build time.
#pragma once

#include "pipeline/consistency/features/feature_network.h"

namespace flowreel {

// Loads archives onto the CPU, to be run in inference mode and as they are, without the optimiser
// that would change digits from one run to the next. The bytes must be known to be the right ones:
// loading is enough to run code. Empty in a build without TorchScript.
NetworkLoader torchscript_loader();

}  // namespace flowreel
