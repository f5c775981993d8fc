#include "pipeline/train/reflow/held_configuration.h"

#include <filesystem>

#include "errors/error.h"
#include "files/file.h"
#include "files/output_file.h"

namespace flowreel {

void hold_to(const std::string& folder, const std::string& configuration) {
  constexpr uint64_t kMostBytes = 16 << 20;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw OutputError(folder + ": cannot be made: " + error.message());
  const std::string path = folder + "/configuration.txt", text = configuration + "\n";
  if (!std::filesystem::exists(path)) {
    OutputFile file(path, /*overwrite=*/false);
    file.write(text.data(), text.size());
    file.commit();
    return;
  }
  if (read_text(path, kMostBytes) != text) {
    throw ConfigError(folder +
                      ": was begun with another configuration, or other clips, than those given "
                      "now; a run goes on only under its own");
  }
}

}  // namespace flowreel
