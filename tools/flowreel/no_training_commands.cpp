// A build without training makes clips, and does nothing else.
#include "tools/flowreel/commands.h"

namespace flowreel {

void add_training_commands(CLI::App&, Command&) {}

}  // namespace flowreel
