#include "pipeline/generate/output_names.h"

#include <filesystem>
#include <map>

#include "errors/error.h"
#include "errors/quote.h"
#include "pipeline/generate/manifest.h"

namespace flowreel {
namespace {

namespace fs = std::filesystem;

// One spelling per file or folder: "a/../frames/" and "frames" are the same.
fs::path canonical(const std::string& path) {
  std::string plain = path;
  while (plain.size() > 1 && plain.back() == '/') plain.pop_back();
  std::error_code error;
  const fs::path name = fs::weakly_canonical(fs::absolute(plain, error), error);
  return error ? fs::path(plain) : name;
}

class Names {
 public:
  void add_output(const char* option, const std::string& path) {
    if (path.empty()) return;
    const auto [found, is_new] = outputs_.emplace(canonical(path), option);
    if (!is_new) refuse(option, found->second, path);
  }

  // An input is in the way of its own name and of every folder above it.
  void check_input(const char* option, const std::string& path) const {
    if (path.empty()) return;
    const fs::path whole = canonical(path);
    for (fs::path name = whole;; name = name.parent_path()) {
      const auto found = outputs_.find(name);
      if (found != outputs_.end() && name == whole) refuse(found->second, option, path);
      if (found != outputs_.end()) {
        throw UsageError(std::string(option) + " " + quote(path) + " lies in the folder of " +
                         found->second + "; expected an output elsewhere");
      }
      if (name == name.parent_path()) return;
    }
  }

 private:
  [[noreturn]] static void refuse(const std::string& a, const std::string& b,
                                  const std::string& path) {
    throw UsageError(a + " and " + b + " are both " + quote(path) + "; expected different names");
  }

  std::map<fs::path, const char*> outputs_;
};

}  // namespace

void check_names_differ(const OutputNames& outputs, const InputNames& inputs) {
  Names names;
  for (const auto& [option, path] : outputs) names.add_output(option, path);
  for (const auto& [option, path] : inputs) names.check_input(option, path);
}

std::string clip_ending(const std::string& codec) {
  return codec == "av1" ? ".webm" : codec == "ffv1" ? ".mkv" : ".mp4";
}

void check_names_differ(const OutputOptions& o, const InputNames& inputs) {
  if (o.path.empty())
    throw UsageError("--output is missing; expected the name of the clip to write");
  Names names;
  names.add_output("--output", o.path);
  names.add_output("the manifest of --output", manifest_path(o));
  names.add_output("--frames-dir", o.frames_dir);
  names.add_output("--contact-sheet", o.contact_sheet);
  names.add_output("--save-latents", o.save_latents);
  for (const auto& [option, path] : inputs) names.check_input(option, path);
  // Its folder may hold inputs, as the noise of an earlier run: only its own files are replaced.
  names.add_output("--dump-tensors", o.dump_tensors);
}

}  // namespace flowreel
