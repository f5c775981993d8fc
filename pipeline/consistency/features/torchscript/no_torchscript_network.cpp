#include "pipeline/consistency/features/torchscript/torchscript_network.h"

namespace flowreel {

NetworkLoader torchscript_loader() { return {}; }

}  // namespace flowreel
