#include "pipeline/train/latent_cache.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <unordered_map>
#include <unordered_set>

#include "errors/error.h"
#include "models/weights/safetensors.h"
#include "pipeline/train/content_hash.h"

namespace flowreel {
namespace {

namespace fs = std::filesystem;
// identity → latents [C,T,h,w] float16
using Known = std::unordered_map<std::string, at::Tensor>;

std::string prefix(const std::string& key) { return "latents_" + key + "_"; }

std::vector<std::string> lines(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> out;
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

// The latents of one file that are asked for.
void read_file(const std::string& path, Known& known) {
  const SafetensorsFile file(path);
  const auto found = file.metadata().find("identities");
  const at::Tensor latents = file.read("latents");
  const auto identities = lines(found == file.metadata().end() ? "" : found->second);
  if (latents.dim() != 5 || latents.scalar_type() != at::kHalf ||
      latents.size(0) != static_cast<int64_t>(identities.size())) {
    throw DataError(path + ": holds latents " + c10::str(latents.scalar_type(), latents.sizes()) +
                    " of " + std::to_string(identities.size()) +
                    " clips, expected Half[n,C,T,h,w] of n; remove it, and they are made again");
  }
  for (size_t i = 0; i < identities.size(); ++i) {
    const auto wanted = known.find(identities[i]);
    if (wanted != known.end()) wanted->second = latents[static_cast<int64_t>(i)].clone();
  }
}

// In the order of their names, so that what is read does not depend on the file system.
void read_folder(const std::string& folder, const std::string& key, Known& known) {
  std::vector<std::string> paths;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    if (name.rfind(prefix(key), 0) == 0 && entry.path().extension() == ".safetensors")
      paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  for (const std::string& path : paths) read_file(path, known);
}

// Named after what it holds: runs that share a folder do not write over one another.
void write_file(const LatentCache::Options& o, const std::vector<std::string>& identities,
                const at::Tensor& latents) {
  std::string listed;
  for (const std::string& identity : identities) listed += identity + "\n";
  const std::string name = prefix(o.key) + ContentHash().add(listed).hex() + ".safetensors";
  write_safetensors((fs::path(o.folder) / name).string(), {{"latents", latents}},
                    {{"identities", listed}});
}

// Numbers of the clips whose latents are not known yet, of clips that show the same only the first.
ClipNumbers missing(const std::vector<std::string>& identities, const Known& known) {
  ClipNumbers numbers;
  std::unordered_set<std::string> listed;
  for (size_t i = 0; i < identities.size(); ++i) {
    if (!known.at(identities[i]).defined() && listed.insert(identities[i]).second)
      numbers.push_back(static_cast<int64_t>(i));
  }
  return numbers;
}

}  // namespace

LatentCache::LatentCache(const Options& o, const ClipSet& set, int64_t count, const Encode& encode,
                         const Progress& progress) {
  std::error_code error;
  fs::create_directories(o.folder, error);
  if (error) throw OutputError(o.folder + ": cannot be made: " + error.message());
  std::vector<std::string> identities;
  Known known;
  for (int64_t i = 0; i < count; ++i) identities.push_back(set.identity(i));
  for (const std::string& identity : identities) known[identity] = at::Tensor();
  read_folder(o.folder, o.key, known);
  const ClipNumbers todo = missing(identities, known);
  const auto total = static_cast<int64_t>(todo.size());
  for (int64_t first = 0, end = 0; first < total; first = end) {
    end = std::min(total, first + o.per_file);
    const ClipNumbers numbers(todo.begin() + first, todo.begin() + end);
    const at::Tensor latents = encode(numbers).to(at::kCPU, at::kHalf).contiguous();
    std::vector<std::string> names;
    for (int64_t number : numbers) names.push_back(identities[static_cast<size_t>(number)]);
    write_file(o, names, latents);
    for (size_t i = 0; i < names.size(); ++i) known[names[i]] = latents[static_cast<int64_t>(i)];
    if (progress) progress(end, total);
  }
  std::vector<at::Tensor> all;
  for (const std::string& identity : identities) all.push_back(known[identity]);
  latents_ = at::stack(all);
}

at::Tensor LatentCache::rows(const ClipNumbers& numbers) const {
  return latents_.index_select(0, at::tensor(numbers, at::kLong)).to(at::kFloat);
}

}  // namespace flowreel
