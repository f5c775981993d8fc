#include "tools/flowreel/commands.h"

namespace flowreel {

void add_training_commands(CLI::App& app, Command& chosen) {
  add_train(app, chosen);
  add_reflow(app, chosen);
  add_shapes(app, chosen);
  add_evaluate(app, chosen);
}

}  // namespace flowreel
