// flowreel: subcommands in, exit codes out. Everything else is in the library.
#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>

#include "tools/flowreel/commands.h"
#include "tools/flowreel/failure.h"
#include "tools/flowreel/printable.h"
#include "tools/flowreel/ready.h"
#include "tools/flowreel/stop_signal.h"

namespace {

int fail(int exit_code, const std::string& text) {
  const std::string shown = flowreel::printable(flowreel::without_passwords(text));
  if (flowreel::takes_a_line(STDERR_FILENO, flowreel::kPatienceMs))
    std::fprintf(stderr, "flowreel: %s\n", shown.c_str());
  flowreel::print_failure(exit_code, shown);
  return exit_code;
}

// CLI11 only says that a subcommand is missing.
std::string unknown_command(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return "";
  std::string names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->check_name(argv[1])) return unknown_command(*command, argc - 1, argv + 1);
    names += (names.empty() ? "" : " or ") + command->get_name();
  }
  if (names.empty()) return "";  // what follows are the arguments of a command
  return "\"" + std::string(argv[1]) + "\" is not a command; expected " + names;
}

std::string usage_text(const CLI::ParseError& error) {
  const std::string text = error.what();
  const size_t repeated = text.find(": At Most 1 required");
  return (repeated == std::string::npos ? text
                                        : text.substr(0, repeated) + " is given more than once") +
         " (flowreel --help)";
}

int run(const flowreel::Command& command) {
  try {
    command();
    return 0;
  } catch (...) {
    const flowreel::FailureReport report = flowreel::report_of(std::current_exception());
    return fail(report.exit_code, report.text);
  }
}

// A caller may have closed a standard stream; its number must not become that of a clip, into which
// progress would then be printed.
void open_standard_streams() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (::fcntl(fd, F_GETFD) < 0 && ::open("/dev/null", O_RDWR) < 0) return;
  }
}

}  // namespace

int main(int argc, char** argv) {
  open_standard_streams();
  flowreel::tell_of_lost_errors();
  // LibTorch's allocator reads it once: huge pages for large tensors, fewer faults in every pass.
  ::setenv("THP_MEM_ALLOC_ENABLE", "1", /*overwrite=*/0);
  constexpr int kUsage = 64;
  CLI::App app(
      "flowreel: text, a first frame or a clip in, an MP4 out; the same job gives the same frames",
      "flowreel");
  app.set_version_flag("--version", "flowreel " FLOWREEL_VERSION);
  app.require_subcommand(1);
  flowreel::Command command;
  flowreel::add_media_commands(app, command);
  flowreel::add_training_commands(app, command);
  const std::string unknown = unknown_command(app, argc, argv);
  if (!unknown.empty()) return fail(kUsage, unknown);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    return fail(kUsage, usage_text(error));
  }
  flowreel::install_stop_signals();
  return run(command);
}
