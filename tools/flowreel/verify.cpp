#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "codecs/reader.h"
#include "configs/manifest_job.h"
#include "errors/error.h"
#include "errors/quote.h"
#include "files/file.h"
#include "files/temporary.h"
#include "models/weights/json.h"
#include "pipeline/consistency/fidelity.h"
#include "pipeline/generate/compare_runs.h"
#include "pipeline/generate/generate.h"
#include "pipeline/generate/hash.h"
#include "pipeline/generate/inspect.h"
#include "pipeline/generate/output_names.h"
#include "tools/flowreel/arguments.h"
#include "tools/flowreel/commands.h"
#include "tools/flowreel/printable.h"
#include "tools/flowreel/progress.h"

namespace flowreel {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kFooter =
    "Example:\n  flowreel verify cat.mp4\n"
    "The exit code is 0 when what flowreel promises of the two holds, else 1.";

struct VerifyArguments {
  std::string path, other, model, progress = "auto";
};

// A manifest, and the clip that it is of where that is known.
struct Made {
  std::string name, manifest, clip;
};

// Its manifest, with the hash that the file has now.
Made made_clip(const std::string& path) {
  const std::string carried = inspect_clip_manifest(path);
  if (carried.empty())
    throw DataError(quote(path) + " carries no manifest; expected a clip made by flowreel");
  json manifest = parse_json(carried, path);
  manifest["hashes"]["file"] = sha256_of_file(path);
  return {path, manifest.dump(), path};
}

// The clip that lies beside a manifest: clip.mp4 of manifest.json, cat.mp4 of cat.json.
std::string clip_beside(const fs::path& manifest) {
  fs::path clip =
      manifest.filename() == "manifest.json" ? manifest.parent_path() / "clip" : manifest;
  for (const char* ending : {".mp4", ".mkv", ".webm", ".mov"}) {
    clip.replace_extension(ending);
    if (fs::is_regular_file(clip)) return clip.string();
  }
  return "";
}

Made made_manifest(const std::string& path) {
  constexpr uint64_t kMostBytes = 16u << 20;
  const std::string text = read_text(path, kMostBytes), clip = clip_beside(path);
  const json manifest = parse_json(text, path);
  const json::json_pointer hash("/hashes/file");
  if (!clip.empty() && manifest.contains(hash) && manifest[hash] != sha256_of_file(clip))
    throw DataError(quote(clip) +
                    " has been changed since it was made: its SHA-256 is not that of " +
                    quote(path));
  return {path, text, clip};
}

Made made(const std::string& path) {
  if (is_directory(path)) return made_manifest((fs::path(path) / "manifest.json").string());
  return fs::path(path).extension() == ".json" ? made_manifest(path) : made_clip(path);
}

// The same job once more, into a folder that goes away with `folder`.
Made make_again(const Made& first, const VerifyArguments& a, ProgressMode mode,
                const TemporaryPath& folder) {
  GenerateOptions options = options_of_manifest(first.manifest, first.name);
  if (!a.model.empty()) options.model = a.model;
  fs::create_directories(folder.name());
  options.output.path =
      (fs::path(folder.name()) / ("clip" + clip_ending(options.output.codec))).string();
  ProgressPrinter printer(mode);
  const RunRecord record = generate(options, printer.events());
  return {"this run", manifest_json(options, record), options.output.path};
}

struct FramesApart {
  int64_t frames = 0, first = -1;  // the first frame that differs; -1: none
  int largest = 0;                 // levels
  double psnr = 0;
};

std::optional<FramesApart> measure(const std::string& a, const std::string& b) {
  if (a.empty() || b.empty()) return std::nullopt;
  VideoReader first = VideoReader::open(a), second = VideoReader::open(b);
  FramesApart apart;
  double error = 0;
  for (;;) {
    const std::optional<at::Tensor> x = first.next(), y = second.next();
    if (!x || !y || x->sizes() != y->sizes()) break;
    const at::Tensor difference = (x->to(at::kInt) - y->to(at::kInt)).abs();
    const int largest = difference.max().item<int>();
    if (largest > 0 && apart.first < 0) apart.first = apart.frames;
    apart.largest = std::max(apart.largest, largest);
    error += mean_squared_error(*x, *y);
    ++apart.frames;
  }
  if (apart.frames == 0) return std::nullopt;
  apart.psnr = psnr_of_mse(error / static_cast<double>(apart.frames));
  return apart;
}

std::string listed(const std::vector<std::string>& parts) {
  return parts.empty() ? "nothing" : joined(parts);
}

// One line for each thing that can be said.
void print(std::FILE* out, const RunComparison& c, const Made& first, const Made& second) {
  if (c.is_identical()) {
    std::fprintf(out, "identical: %s\n", listed(c.same).c_str());
  } else {
    std::fprintf(out, "they part at %s; the same: %s\n", c.parts_at.c_str(),
                 listed(c.same).c_str());
    if (const auto apart = measure(first.clip, second.clip)) {
      std::fprintf(out, "the clips, as decoded: %s", apart->first < 0 ? "equal" : "");
      if (apart->first >= 0)
        std::fprintf(
            out, "apart from frame %lld on, by %d levels at most, PSNR %.2f dB over %lld frames",
            static_cast<long long>(apart->first), apart->largest, apart->psnr,
            static_cast<long long>(apart->frames));
      std::fprintf(out, "\n");
    }
  }
  for (const std::string& difference : c.differences)
    std::fprintf(out, "recorded differently: %s\n", printable(difference).c_str());
  const char* const promises[] = {"all of it is identical", "the frames are identical",
                                  "the noise is identical", "nothing"};
  const char* promised = promises[static_cast<size_t>(c.promise)];
  std::fprintf(out, "promised: %s%s%s: %s\n", promised, c.why.empty() ? "" : ", since ",
               printable(c.why).c_str(), c.holds() ? "holds" : "BROKEN");
}

void run(const VerifyArguments& a) {
  const ProgressMode mode = parse_progress(a.progress);
  const Made first = made(a.path);
  const TemporaryPath folder((fs::temp_directory_path() / "flowreel_verify").string());
  const Made second = a.other.empty() ? make_again(first, a, mode, folder) : made(a.other);
  const RunComparison comparison = compare_runs(first.manifest, second.manifest);
  print(is_for_machines(mode) ? stderr : stdout, comparison, first, second);
  if (!comparison.holds())
    throw ErrorWithCode<1>(quote(first.name) + " and " + quote(second.name) +
                           " are not the same: they part at " + comparison.parts_at);
}

}  // namespace

void add_verify(CLI::App& app, Command& chosen) {
  CLI::App* command = app.add_subcommand(
      "verify", "Make a clip again and say whether, and from where on, it differs");
  const auto arguments = std::make_shared<VerifyArguments>();
  command
      ->add_option("MADE", arguments->path, "a clip, a manifest, or the folder of a job's results")
      ->required()
      ->check(not_empty());
  command
      ->add_option("--compare", arguments->other, "compare with these instead of making it again")
      ->check(not_empty());
  command
      ->add_option("-m,--model", arguments->model,
                   "where the model lies now; default: where the manifest says")
      ->check(not_empty());
  command->add_option("--progress", arguments->progress,
                      "auto | plain | json | openjd | none (auto)");
  command->footer(kFooter);
  command->callback([arguments, &chosen] { chosen = [arguments] { run(*arguments); }; });
}

}  // namespace flowreel
