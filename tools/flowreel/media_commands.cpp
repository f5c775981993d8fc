#include "tools/flowreel/commands.h"

namespace flowreel {

void add_media_commands(CLI::App& app, Command& chosen) {
  add_generate(app, chosen);
  add_run(app, chosen);
  add_queue(app, chosen);
  add_schedule(app, chosen);
  add_reconstruct(app, chosen);
  add_consistency(app, chosen);
  add_inspect(app, chosen);
  add_verify(app, chosen);
  add_worker(app, chosen);
  add_worker_child(app, chosen);
}

}  // namespace flowreel
