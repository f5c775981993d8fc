// What the tests of whole runs share: a scratch folder, the job of a golden pipeline as options,
// and copies of model directories to break.
#pragma once

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "codecs/writer.h"
#include "errors/error.h"
#include "models/weights/safetensors.h"
#include "pipeline/generate/generate.h"
#include "tests/models/golden.h"

namespace flowreel {

// A folder that goes away with its owner.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "flowreel_run_XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no scratch folder " + name);
    path_ = name;
  }
  ~ScratchFolder() { std::filesystem::remove_all(path_); }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

  // Names of everything in it, hidden or not, sorted.
  std::vector<std::string> listing() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path_))
      names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
  }

 private:
  std::string path_;
};

inline std::string read_bytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline at::Tensor read_tensor(const std::string& path, const std::string& name) {
  return SafetensorsFile(path).read(name);
}

// frame_00000.png … of a folder as [F,H,W,3] uint8.
at::Tensor read_frames(const std::string& frames_dir);

// Each value within one level of the expected, and all but a thousandth the same.
void expect_equal_images(const at::Tensor& actual, const at::Tensor& expected);

// job.json of a golden pipeline, computed in float32 with diffusers' noise and default tiling.
GenerateOptions golden_options(const Golden& golden, const std::string& output);
GenerateOptions golden_options(const std::string& job_file, const std::string& model,
                               const std::string& output);

// The fastest whole run there is: the smallest pipeline, two steps.
inline GenerateOptions quick_options(const std::string& output) {
  GenerateOptions options =
      golden_options(Golden(std::filesystem::path(FLOWREEL_TEST_DATA) / "golden" / "tiny"), output);
  options.sampling.steps = 2;
  options.sampling.noise_rng = NoiseRng::kPhilox;
  return options;
}

// Writes frames [T,H,W,3] uint8 so that they are read back unchanged; returns path.
inline std::string lossless_clip(const std::string& path, const at::Tensor& frames) {
  WriterOptions options;
  options.codec = Codec::Ffv1;
  options.height = static_cast<int>(frames.size(1));
  options.width = static_cast<int>(frames.size(2));
  options.overwrite = true;
  VideoWriter writer(path, options);
  for (int64_t i = 0; i < frames.size(0); ++i) writer.write(frames[i].contiguous());
  writer.finish();
  return path;
}

// Copies a model directory.
inline std::string copy_model(const std::string& from, const std::string& to) {
  std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
  return to;
}

// Sets one value of a JSON file: `pointer` as in RFC 6901 ("/hidden_act"), `value` as JSON text.
void edit_json(const std::string& path, const std::string& pointer, const std::string& value);

// Changes the tensors of a weights file in place.
using TensorMap = std::map<std::string, at::Tensor>;
inline void edit_weights(const std::string& path, const std::function<void(TensorMap&)>& change) {
  TensorMap tensors;
  {
    const SafetensorsFile file(path);
    for (const auto& [name, info] : file.tensors()) tensors[name] = file.read(name);
  }
  change(tensors);
  write_safetensors(path, tensors);
}

// The text of the E that `act` throws; the test fails when it throws something else or nothing.
template <typename E, typename F>
std::string error_text(F&& act) {
  try {
    act();
  } catch (const E& error) {
    const std::string text = error.what();
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
    return text;
  } catch (const std::exception& error) {
    ADD_FAILURE() << "another error: " << error.what();
    return error.what();
  }
  ADD_FAILURE() << "no error";
  return "";
}

inline void expect_contains(const std::string& text, const std::vector<std::string>& parts) {
  for (const std::string& part : parts)
    EXPECT_NE(text.find(part), std::string::npos) << "\"" << part << "\" is not in: " << text;
}

}  // namespace flowreel
