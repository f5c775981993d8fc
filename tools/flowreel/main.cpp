// flowreel: subcommands in, exit codes out. Everything else is in the library.
#include <c10/util/Exception.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <new>

#include "errors/error.h"
#include "tools/flowreel/commands.h"
#include "tools/flowreel/stop_signal.h"

namespace {

// The first line of a message, which may be of many; control characters would let a file name write
// on the terminal.
std::string one_line(const std::string& text) {
  std::string line = text.substr(0, text.find('\n'));
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return line;
}

int fail(int exit_code, const std::string& text) {
  std::fprintf(stderr, "flowreel: %s\n", one_line(text).c_str());
  return exit_code;
}

bool is_out_of_memory(const c10::Error& error) {
  return dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr ||
         std::string(error.what()).find("not enough memory") != std::string::npos ||
         std::string(error.what()).find("can't allocate memory") != std::string::npos;
}

int run(const flowreel::Command& command) {
  constexpr int kOutOfMemory = 33, kInternal = 70;
  try {
    command();
    return 0;
  } catch (const flowreel::Interrupted& error) {
    return fail(128 + flowreel::stop_signal(), error.what());
  } catch (const flowreel::Error& error) {
    return fail(error.exit_code(), error.what());
  } catch (const std::bad_alloc&) {
    return fail(kOutOfMemory, "out of memory");
  } catch (const c10::Error& error) {
    if (is_out_of_memory(error)) return fail(kOutOfMemory, "out of memory: " + error.msg());
    return fail(kInternal, "internal error: " + error.msg());
  } catch (const std::exception& error) {
    return fail(kInternal, std::string("internal error: ") + error.what());
  }
}

}  // namespace

int main(int argc, char** argv) {
  // LibTorch's allocator reads it once: huge pages for large tensors, fewer faults in every pass.
  ::setenv("THP_MEM_ALLOC_ENABLE", "1", /*overwrite=*/0);
  constexpr int kUsage = 64;
  CLI::App app(
      "flowreel: text, a first frame or a clip in, an MP4 out; the same job gives the same frames",
      "flowreel");
  app.set_version_flag("--version", "flowreel " FLOWREEL_VERSION);
  app.require_subcommand(1);
  flowreel::Command command;
  flowreel::add_generate(app, command);
  flowreel::add_reconstruct(app, command);
  flowreel::add_inspect(app, command);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    return fail(kUsage, std::string(error.what()) + " (flowreel --help)");
  }
  flowreel::install_stop_signals();
  return run(command);
}
