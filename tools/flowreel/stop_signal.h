// SIGINT and SIGTERM as a wish to stop: the run ends at the next step and cleans up; a second
// signal removes the temporary files and ends it at once.
#pragma once

namespace flowreel {

void install_stop_signals();

// The signal that came, or 0.
int stop_signal();

}  // namespace flowreel
