#include "configs/feature_manifest.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "configs/json_document.h"
#include "errors/error.h"

namespace flowreel {
namespace {

namespace fs = std::filesystem;

constexpr FeatureRole kRoles[] = {FeatureRole::kDino, FeatureRole::kClip, FeatureRole::kRaft,
                                  FeatureRole::kLpips};
constexpr int64_t kLeastSize = 8, kMostSize = 4096;
constexpr double kMostMean = 1000, kLeastDeviation = 1e-6, kMostDeviation = 1e6;

std::array<double, 3> read_colour(Fields& fields, const std::string& key, double lo, double hi) {
  std::vector<double> values;
  fields.read(key, values, lo, hi);
  if (values.size() != 3) fields.fail(key, "three numbers, of red, green and blue");
  return {values[0], values[1], values[2]};
}

FeatureInput read_input(Fields fields) {
  fields.require({"size", "resize", "crop", "mean", "std"});
  FeatureInput input;
  fields.read("size", input.size, kLeastSize, kMostSize);
  input.bicubic = fields.choose("resize", {"bilinear", "bicubic"}, 0) == 1;
  input.centre_crop = fields.choose("crop", {"none", "centre"}, 0) == 1;
  input.mean = read_colour(fields, "mean", -kMostMean, kMostMean);
  input.std_dev = read_colour(fields, "std", kLeastDeviation, kMostDeviation);
  fields.finish();
  return input;
}

std::string read_sha256(Fields& fields) {
  std::string digits;
  fields.read("sha256", digits);
  for (char& c : digits) c = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  if (digits.size() != 64 || digits.find_first_not_of("0123456789abcdef") != std::string::npos)
    fields.fail("sha256", "64 hexadecimal digits");
  return digits;
}

// "2.13", "2.13.0+cpu": the first two numbers.
void read_version(Fields& fields, FeatureFile& file) {
  std::string text;
  fields.read("torch", text);
  const char *begin = text.data(), *end = begin + text.size();
  const auto [dot, no_major] = std::from_chars(begin, end, file.torch_major);
  bool fits = no_major == std::errc() && dot != end && *dot == '.';
  if (fits) {
    const auto [rest, no_minor] = std::from_chars(dot + 1, end, file.torch_minor);
    fits = no_minor == std::errc() && file.torch_major >= 0 && file.torch_minor >= 0 &&
           (rest == end || *rest == '.' || *rest == '+');
  }
  if (!fits) fields.fail("torch", "a version of torch such as \"2.13.0\"");
}

FeatureFile read_file(Fields fields, FeatureRole role, const fs::path& folder) {
  fields.require({"file", "sha256", "torch"});
  FeatureFile file;
  file.role = role;
  fields.read("file", file.path);
  if (file.path.empty()) fields.fail("file", "the name of a TorchScript archive");
  if (!fs::path(file.path).is_absolute()) file.path = (folder / file.path).string();
  file.sha256 = read_sha256(fields);
  read_version(fields, file);
  if (role == FeatureRole::kDino || role == FeatureRole::kClip) {
    fields.require({"input"});
    file.input = read_input(fields.object("input"));
  }
  fields.finish();
  return file;
}

}  // namespace

std::vector<FeatureFile> read_feature_manifest(const std::string& path) {
  const JsonDocument document = read_document(path);
  Fields whole(document.value, document.source);
  whole.require({"models"});
  Fields models = whole.object("models");
  whole.finish();
  std::vector<FeatureFile> files;
  for (const FeatureRole role : kRoles) {
    if (models.has(role_name(role)))
      files.push_back(
          read_file(models.object(role_name(role)), role, fs::path(path).parent_path()));
    else
      models.skip(role_name(role));
  }
  models.finish();
  if (files.empty())
    throw DataError(models.place() + " is empty, expected at least one of dino, clip, raft, lpips");
  return files;
}

}  // namespace flowreel
