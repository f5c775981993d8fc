// The subcommands of the program: each fills option structs from the command line and calls the
// library.
#pragma once

#include <functional>
#include <string>

namespace CLI {
class App;
}

namespace flowreel {

// What the chosen subcommand will do once the command line is known to be right.
using Command = std::function<void()>;

// One row per subcommand: adds it to the app; its callback sets `chosen`.
void add_generate(CLI::App& app, Command& chosen);
void add_run(CLI::App& app, Command& chosen);
void add_worker(CLI::App& app, Command& chosen);
void add_worker_child(CLI::App& app, Command& chosen);
void add_verify(CLI::App& app, Command& chosen);
void add_queue(CLI::App& app, Command& chosen);
void add_evaluate(CLI::App& app, Command& chosen);
void add_schedule(CLI::App& app, Command& chosen);
void add_reconstruct(CLI::App& app, Command& chosen);
void add_consistency(CLI::App& app, Command& chosen);
void add_inspect(CLI::App& app, Command& chosen);
void add_train(CLI::App& app, Command& chosen);
void add_reflow(CLI::App& app, Command& chosen);
void add_shapes(CLI::App& app, Command& chosen);

// Those above that make or look at clips; none in a build without codecs.
void add_media_commands(CLI::App& app, Command& chosen);

// Those that have to do with learning; none in a build without training.
void add_training_commands(CLI::App& app, Command& chosen);

}  // namespace flowreel
