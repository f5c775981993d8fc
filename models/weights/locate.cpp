#include "models/weights/locate.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "errors/error.h"
#include "errors/quote.h"

namespace flowreel {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 2> kStems = {"diffusion_pytorch_model", "model"};
constexpr std::string_view kSingle = ".safetensors";
constexpr std::string_view kIndex = ".safetensors.index.json";

std::set<std::string> list_directory(const std::string& directory) {
  std::set<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    names.insert(it->path().filename().string());
  }
  if (error) throw MissingInputError(directory + ": cannot be read: " + error.message());
  return names;
}

bool is_variant_word(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_';
  });
}

// The word between `before` and `after` in name, if name is just that.
std::optional<std::string> variant_in(std::string_view name, const std::string& before,
                                      const std::string& after) {
  if (name.size() <= before.size() + after.size()) return std::nullopt;
  if (!name.starts_with(before) || !name.ends_with(after)) return std::nullopt;
  name.remove_prefix(before.size());
  name.remove_suffix(after.size());
  if (!is_variant_word(name)) return std::nullopt;
  return std::string(name);
}

// Every variant of one stem with the file to open for it; one file goes before shards, as in the
// reference loaders.
std::map<std::string, WeightsLocation> variants_of(const std::set<std::string>& names,
                                                   const std::string& stem) {
  std::map<std::string, WeightsLocation> found;
  for (const std::string& name : names) {
    if (const auto word = variant_in(name, stem + ".", std::string(kSingle))) {
      found[*word] = {name, false};
    }
  }
  for (const std::string& name : names) {
    auto word = variant_in(name, stem + ".safetensors.index.", ".json");
    if (!word) word = variant_in(name, stem + ".", std::string(kIndex));
    if (word) found.try_emplace(*word, WeightsLocation{name, true});
  }
  return found;
}

[[noreturn]] void fail_with_nothing(const std::string& directory,
                                    const std::set<std::string>& names) {
  std::string problem = directory + ": no weights found: looked for ";
  for (std::string_view stem : kStems) {
    problem += std::string(stem) + std::string(kSingle) + ", " + std::string(stem) +
               std::string(kIndex) + ", ";
  }
  problem += "or a variant of these such as model.fp16.safetensors";
  for (const std::string& name : names) {
    const std::string extension = fs::path(name).extension().string();
    if (extension == ".bin" || extension == ".pt" || extension == ".pth" || extension == ".ckpt") {
      throw MissingInputError(problem + "; " + quote(name) +
                              " is a PyTorch pickle, which can run code and is never loaded: "
                              "convert it once in Python, "
                              "safetensors.torch.save_file(torch.load(FILE, weights_only=True), "
                              "\"model.safetensors\")");
    }
    if (extension == ".gguf") {
      throw MissingInputError(problem + "; " + quote(name) + " is GGUF, which is not supported");
    }
    if (extension == kSingle) {
      throw MissingInputError(problem + "; there is " + quote(name) +
                              ": give that file, or the index of its shards is missing");
    }
  }
  throw MissingInputError(problem);
}

}  // namespace

WeightsLocation locate_weights(const std::string& directory) {
  const std::set<std::string> names = list_directory(directory);
  const auto in_directory = [&](WeightsLocation location) {
    location.file = (fs::path(directory) / location.file).string();
    return location;
  };
  for (std::string_view stem : kStems) {
    const std::string single = std::string(stem) + std::string(kSingle);
    const std::string index = std::string(stem) + std::string(kIndex);
    if (names.count(single) != 0) return in_directory({single, false});
    if (names.count(index) != 0) return in_directory({index, true});
  }
  for (std::string_view stem : kStems) {
    const auto found = variants_of(names, std::string(stem));
    if (found.size() == 1) return in_directory(found.begin()->second);
    if (found.size() > 1) {
      std::string list;
      for (const auto& [word, location] : found) list += (list.empty() ? "" : ", ") + word;
      throw DataError(directory + ": several variants of " + std::string(stem) + " (" + list +
                      ") and none without: keep one, or give a file instead of the directory");
    }
  }
  fail_with_nothing(directory, names);
}

}  // namespace flowreel
