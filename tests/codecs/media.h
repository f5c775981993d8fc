// What the codec tests share: a scratch folder, made-up clips, measures, and the ffmpeg program for
// inputs that our own writer cannot make.
#pragma once

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "errors/error.h"

namespace flowreel {

// A test with a folder of its own, removed afterwards.
class MediaTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "flowreel_codecs_XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string path(const std::string& name) const { return folder_ + "/" + name; }

  // Names of everything in the folder, sorted.
  std::vector<std::string> listing() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  // Runs ffmpeg inside the folder.
  void ffmpeg(const std::string& arguments) const {
    const std::string command =
        "cd '" + folder_ + "' && timeout 60 ffmpeg -v error -nostdin -y " + arguments;
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
  }

  // What a shell command prints, run inside the folder.
  std::string output_of(const std::string& command) const {
    const std::string to = folder_ + "/.printed";
    EXPECT_EQ(std::system(("cd '" + folder_ + "' && " + command + " > .printed 2>&1").c_str()), 0)
        << command;
    std::ifstream in(to);
    const std::string text((std::istreambuf_iterator<char>(in)), {});
    std::filesystem::remove(to);
    return text;
  }

  std::string folder_;
};

inline std::string read_bytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_bytes(const std::string& path, const std::string& bytes) {
  std::ofstream out(path, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

// [T,H,W,3] uint8: smooth colours that drift, different in every frame.
inline at::Tensor smooth_clip(int64_t frames, int64_t height, int64_t width) {
  const at::Tensor t = at::arange(frames, at::kFloat).view({-1, 1, 1});
  const at::Tensor y = at::arange(height, at::kFloat).view({1, -1, 1}) / height;
  const at::Tensor x = at::arange(width, at::kFloat).view({1, 1, -1}) / width;
  const at::Tensor r = 128 + 90 * at::sin(6.0 * x + 0.15 * t) + 0 * y;
  const at::Tensor g = 128 + 90 * at::sin(5.0 * y - 0.10 * t) + 0 * x;
  const at::Tensor b = 128 + 90 * at::cos(4.0 * (x + y) + 0.12 * t);
  return at::stack({r, g, b}, -1).round().to(at::kByte).contiguous();
}

// [T,H,W,3] uint8 without any order: nothing that is not lossless survives it.
inline at::Tensor noise_clip(int64_t frames, int64_t height, int64_t width) {
  at::Generator generator = at::detail::createCPUGenerator(7);
  return at::randint(256, {frames, height, width, 3}, generator, at::kByte);
}

// [H,W,3] uint8 of one colour.
inline at::Tensor flat(int64_t height, int64_t width, int r, int g, int b) {
  return at::tensor({r, g, b}, at::kInt).to(at::kByte).expand({height, width, 3}).contiguous();
}

inline double psnr(const at::Tensor& a, const at::Tensor& b) {
  const double mse = (a.to(at::kDouble) - b.to(at::kDouble)).square().mean().item<double>();
  return mse == 0 ? INFINITY : 10 * std::log10(255.0 * 255.0 / mse);
}

inline int max_difference(const at::Tensor& a, const at::Tensor& b) {
  return (a.to(at::kInt) - b.to(at::kInt)).abs().max().item<int>();
}

// The exit code of what `act` throws, 0 when it throws nothing; `text` gets the message.
template <typename F>
int error_code(F&& act, std::string* text = nullptr) {
  try {
    act();
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
    if (text) *text = error.what();
    return error.exit_code();
  }
  return 0;
}

}  // namespace flowreel
