// A build without codecs trains, and does nothing else.
#include "tools/flowreel/commands.h"

namespace flowreel {

void add_media_commands(CLI::App&, Command&) {}

}  // namespace flowreel
