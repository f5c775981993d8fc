#include "pipeline/train/reflow/pair_set.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "errors/error.h"
#include "models/weights/safetensors.h"
#include "pipeline/flow/noise.h"
#include "pipeline/train/content_hash.h"

namespace flowreel {

namespace fs = std::filesystem;

// What one file holds of n pairs.
struct PairSet::Part {
  at::Tensor samples;                  // [n,...] float16
  at::Tensor straightness, transport;  // [n] float64

  std::string digest() const {
    return ContentHash().add(samples).add(straightness).add(transport).hex();
  }
};

namespace {

// Captions as one text, whatever is in them.
std::string listed(const std::vector<std::string>& captions) {
  return nlohmann::json(captions).dump();
}

std::string file_name(const std::string& set, int64_t first) {
  char number[24];
  std::snprintf(number, sizeof number, "_%09lld", static_cast<long long>(first));
  return set + number + ".safetensors";
}

std::string metadata_of(const SafetensorsFile& file, const std::string& key) {
  const auto found = file.metadata().find(key);
  return found == file.metadata().end() ? "" : found->second;
}

[[noreturn]] void fail_as_broken(const std::string& path, const std::string& what) {
  throw DataError(path + ": " + what + "; remove it, and its pairs are made again");
}

at::Tensor read_tensor(const SafetensorsFile& file, const std::string& name, at::ScalarType type,
                       const std::vector<int64_t>& shape) {
  const at::Tensor tensor = file.read(name);
  if (tensor.scalar_type() != type || tensor.sizes() != at::IntArrayRef(shape)) {
    fail_as_broken(file.path(), c10::str(name, " is ", tensor.scalar_type(), tensor.sizes(),
                                         ", expected ", type, at::IntArrayRef(shape)));
  }
  return tensor;
}

}  // namespace

PairSet::PairSet(PairSetOptions options, const CaptionOf& caption_of, const Make& make)
    : options_(std::move(options)) {
  const PairSetOptions& o = options_;
  if (o.count < 1 || o.batch < 1)
    throw UsageError(c10::str(o.count, " pairs in files of ", o.batch, ", expected at least 1"));
  std::error_code error;
  fs::create_directories(o.folder, error);
  if (error) throw OutputError(o.folder + ": cannot be made: " + error.message());
  std::vector<at::Tensor> samples, straightness, transport;
  for (int64_t from = 0, end = 0; from < o.count; from = end) {
    end = std::min(o.count, from + o.batch);
    std::vector<std::string> captions;
    for (int64_t i = from; i < end; ++i) captions.push_back(caption_of(o.first + i));
    const std::string path = (fs::path(o.folder) / file_name(o.name, from)).string();
    const bool is_new = !fs::exists(path);
    if (is_new) write(path, captions, make_part(from, captions, make));
    const Part part = read(path, captions);
    samples.push_back(part.samples);
    straightness.push_back(part.straightness);
    transport.push_back(part.transport);
    captions_.insert(captions_.end(), captions.begin(), captions.end());
    if (is_new && o.progress) o.progress(end, o.count);
  }
  samples_ = at::cat(samples);
  const auto elements = static_cast<double>(samples_[0].numel());
  straightness_ = at::cat(straightness).mean().item<double>() / elements;
  transport_ = at::cat(transport).mean().item<double>() / elements;
}

PairSet::Part PairSet::make_part(int64_t from, const std::vector<std::string>& captions,
                                 const Make& make) const {
  ClipNumbers numbers;
  for (size_t i = 0; i < captions.size(); ++i) numbers.push_back(from + static_cast<int64_t>(i));
  const Carried carried = make(noise(numbers), captions);
  const at::Tensor samples = carried.x_1.to(at::kCPU, at::kHalf).contiguous();
  if (!samples.isfinite().all().item<bool>())
    throw NumericsError("what the teacher made of noise does not fit float16");
  return {samples, carried.straightness, carried.transport};
}

void PairSet::write(const std::string& path, const std::vector<std::string>& captions,
                    const Part& part) const {
  write_safetensors(path,
                    {{"samples", part.samples},
                     {"straightness", part.straightness},
                     {"transport", part.transport}},
                    {{"key", options_.key},
                     {"seed", std::to_string(options_.seed)},
                     {"captions", listed(captions)},
                     {"digest", part.digest()}});
}

PairSet::Part PairSet::read(const std::string& path,
                            const std::vector<std::string>& captions) const {
  const SafetensorsFile file(path);
  if (metadata_of(file, "digest").empty()) fail_as_broken(path, "holds no pairs");
  if (metadata_of(file, "key") != options_.key ||
      metadata_of(file, "seed") != std::to_string(options_.seed) ||
      metadata_of(file, "captions") != listed(captions)) {
    throw ConfigError(path +
                      ": was made by another teacher, or under another configuration or other "
                      "captions, than those given now; a run goes on only under its own");
  }
  const auto n = static_cast<int64_t>(captions.size());
  std::vector<int64_t> shape = {n};
  shape.insert(shape.end(), options_.shape.begin(), options_.shape.end());
  Part part;
  part.samples = read_tensor(file, "samples", at::kHalf, shape);
  part.straightness = read_tensor(file, "straightness", at::kDouble, {n});
  part.transport = read_tensor(file, "transport", at::kDouble, {n});
  if (part.digest() != metadata_of(file, "digest"))
    fail_as_broken(path, "its tensors are not those that were written");
  return part;
}

at::Tensor PairSet::noise(const ClipNumbers& numbers) const {
  std::vector<at::Tensor> noise;
  for (int64_t number : numbers) {
    noise.push_back(philox_normal(options_.shape, options_.seed,
                                  substream(Stream::kPairs, options_.stream),
                                  static_cast<uint32_t>(options_.first + number)));
  }
  return at::stack(noise);
}

Batch PairSet::pairs(const ClipNumbers& numbers) const {
  Batch batch;
  batch.data = samples_.index_select(0, at::tensor(numbers, at::kLong)).to(at::kFloat);
  for (int64_t number : numbers) batch.captions.push_back(captions_[static_cast<size_t>(number)]);
  batch.noise = noise(numbers);
  return batch;
}

}  // namespace flowreel
