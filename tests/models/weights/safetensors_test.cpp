#include "models/weights/safetensors.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <chrono>
#include <cmath>
#include <csignal>
#include <limits>

#include "tests/models/weights/scratch.h"

namespace flowreel {
namespace {

using testing::entry;
using testing::expect_error;
using testing::file_bytes;
using testing::header_of;
using testing::ScratchFolder;
using testing::slurp;

// One tensor of every type that is read, with values whose bits matter.
std::map<std::string, at::Tensor> every_type() {
  const at::Tensor special = at::tensor(
      {0.0, -0.0, 1.5, -2.25, 1e-3, std::numeric_limits<double>::infinity()}, at::kDouble);
  return {
      {"f64", special},
      {"f32", special.to(at::kFloat).reshape({2, 3})},
      {"f16", special.to(at::kHalf)},
      {"bf16", special.to(at::kBFloat16)},
      {"e4m3", special.slice(0, 0, 5).to(at::kFloat8_e4m3fn)},
      {"e5m2", special.to(at::kFloat8_e5m2)},
      {"i64", at::tensor({std::numeric_limits<int64_t>::min(), int64_t{-1}}, at::kLong)},
      {"i32", at::tensor({-7, 8, 9}, at::kInt)},
      {"u8", at::arange(256, at::kByte)},
      {"bool", at::tensor({1, 0, 1}, at::kByte).to(at::kBool)},
      {"scalar", at::scalar_tensor(3.0, at::kFloat)},
      {"empty", at::empty({2, 0}, at::kFloat)},
      {"a\"\\\u00e9/b", at::ones({1}, at::kFloat)},
  };
}

bool same_bits(const at::Tensor& a, const at::Tensor& b) {
  if (a.scalar_type() != b.scalar_type() || a.sizes() != b.sizes()) return false;
  const at::Tensor left = a.contiguous(), right = b.contiguous();
  return left.nbytes() == 0 || std::memcmp(left.data_ptr(), right.data_ptr(), left.nbytes()) == 0;
}

TEST(Safetensors, WritesAndReadsEveryType) {
  const ScratchFolder folder;
  const auto tensors = every_type();
  const std::map<std::string, std::string> metadata = {{"format", "pt"}, {"quote\"", "a\nb"}};
  write_safetensors(folder / "x.safetensors", tensors, metadata);
  const SafetensorsFile file(folder / "x.safetensors");
  EXPECT_EQ(file.metadata(), metadata);
  ASSERT_EQ(file.tensors().size(), tensors.size());
  for (const auto& [name, tensor] : tensors) {
    EXPECT_TRUE(same_bits(file.read(name), tensor)) << name;
    EXPECT_EQ(file.tensors().at(name).bytes(), tensor.nbytes()) << name;
  }
  EXPECT_EQ(folder.file_count(), 1u);
}

TEST(Safetensors, WritesStridedTensorsInRowOrder) {
  const ScratchFolder folder;
  const at::Tensor transposed = at::arange(6, at::kFloat).reshape({2, 3}).t();
  write_safetensors(folder / "x.safetensors",
                    {{"t", transposed}, {"expanded", at::ones({1}).expand({4})}});
  const SafetensorsFile file(folder / "x.safetensors");
  EXPECT_TRUE(at::equal(file.read("t"), transposed));
  EXPECT_TRUE(at::equal(file.read("expanded"), at::ones({4})));
}

TEST(Safetensors, DataOfAWrittenFileIsAligned) {
  const ScratchFolder folder;
  write_safetensors(folder / "x.safetensors", every_type(), {{"k", "odd length"}});
  const SafetensorsFile file(folder / "x.safetensors");
  for (const auto& [name, info] : file.tensors()) {
    EXPECT_EQ(info.begin % c10::elementSize(info.dtype), 0u) << name;
  }
}

// Made by safetensors 0.8.0: save({"w": f32 [[1, 2]], "h": f16 [2.5], "n": i64 [-2]}, {"format":
// "pt"}).
TEST(Safetensors, WritesTheBytesOfTheReference) {
  const std::string header =
      "{\"__metadata__\":{\"format\":\"pt\"},"
      "\"n\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]},"
      "\"w\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[8,16]},"
      "\"h\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[16,18]}}    ";
  const std::string data("\xfe\xff\xff\xff\xff\xff\xff\xff\0\0\x80\x3f\0\0\0\x40\0\x41", 18);
  const ScratchFolder folder;
  write_safetensors(folder / "x.safetensors",
                    {{"w", at::tensor({1.0f, 2.0f}).reshape({1, 2})},
                     {"h", at::tensor({2.5f}).to(at::kHalf)},
                     {"n", at::tensor({int64_t{-2}}, at::kLong)}},
                    {{"format", "pt"}});
  EXPECT_EQ(slurp(folder / "x.safetensors"), file_bytes(header, 0) + data);
}

// Sign, exponent and mantissa by the rule of the format: e4m3fn has bias 7, no infinity and one NaN
// per sign; e5m2 has bias 15 and IEEE specials.
double decode_fp8(int code, int exponent_bits, int mantissa_bits, bool ieee) {
  const int bias = (1 << (exponent_bits - 1)) - 1;
  const int exponent = (code >> mantissa_bits) & ((1 << exponent_bits) - 1);
  const int mantissa = code & ((1 << mantissa_bits) - 1);
  const double sign = code < 128 ? 1.0 : -1.0;
  const bool top = exponent == (1 << exponent_bits) - 1;
  if (ieee && top) return mantissa == 0 ? sign * INFINITY : NAN;
  if (!ieee && top && mantissa == (1 << mantissa_bits) - 1) return NAN;
  const double scale = std::ldexp(1.0, -mantissa_bits);
  if (exponent == 0) return sign * std::ldexp(mantissa * scale, 1 - bias);
  return sign * std::ldexp(1.0 + mantissa * scale, exponent - bias);
}

void check_fp8(const std::string& dtype, int exponent_bits, int mantissa_bits, bool ieee) {
  const ScratchFolder folder;
  const std::string header = header_of({entry("w", dtype, "[256]", "[0,256]")});
  folder.put("x.safetensors", file_bytes(header, 256));
  const at::Tensor values = SafetensorsFile(folder / "x.safetensors").read("w").to(at::kFloat);
  for (int code = 0; code < 256; ++code) {
    const double expected = decode_fp8(code, exponent_bits, mantissa_bits, ieee);
    const double actual = values[code].item<float>();
    EXPECT_TRUE(std::isnan(expected) ? std::isnan(actual) : actual == expected)
        << dtype << " code " << code << ": " << actual << ", expected " << expected;
    if (expected == 0.0) {
      EXPECT_EQ(std::signbit(actual), code >= 128);
    }
  }
}

TEST(Safetensors, DecodesEveryFp8Code) {
  check_fp8("F8_E4M3", 4, 3, false);
  check_fp8("F8_E5M2", 5, 2, true);
  EXPECT_EQ(decode_fp8(0x7E, 4, 3, false), 448.0);
  EXPECT_EQ(decode_fp8(0x01, 4, 3, false), std::ldexp(1.0, -9));
}

TEST(Safetensors, ReplacesAFileAndLeavesNothingElse) {
  const ScratchFolder folder;
  write_safetensors(folder / "x.safetensors", {{"a", at::zeros({4})}});
  write_safetensors(folder / "x.safetensors", {{"b", at::ones({2})}});
  EXPECT_EQ(SafetensorsFile(folder / "x.safetensors").tensors().count("b"), 1u);
  EXPECT_EQ(folder.file_count(), 1u);
}

TEST(Safetensors, RefusesToWriteWhatItCouldNotRead) {
  const ScratchFolder folder;
  const auto write = [&](const std::string& name, const at::Tensor& tensor) {
    write_safetensors(folder / "x.safetensors", {{name, tensor}});
  };
  expect_error(65, {"\"a\"", "ComplexFloat"},
               [&] { write("a", at::zeros({1}, at::kComplexFloat)); });
  expect_error(65, {"\"a\"", "no value"}, [&] { write("a", at::Tensor()); });
  expect_error(65, {"9 dimensions"}, [&] { write("a", at::zeros({1, 1, 1, 1, 1, 1, 1, 1, 1})); });
  expect_error(65, {"__metadata__"}, [&] { write("__metadata__", at::zeros({1})); });
  expect_error(65, {"UTF-8", "\\xff"}, [&] { write("\xff", at::zeros({1})); });
  EXPECT_EQ(folder.file_count(), 0u);
}

TEST(Safetensors, ReportsAnOutputThatCannotBeMade) {
  const ScratchFolder folder;
  const std::map<std::string, at::Tensor> tensors = {{"a", at::zeros({1})}};
  std::filesystem::create_directories(folder / "taken");
  expect_error(73, {"none/x", "No such file"},
               [&] { write_safetensors(folder / "none/x", tensors); });
  expect_error(73, {"taken", "is a directory"},
               [&] { write_safetensors(folder / "taken", tensors); });
  EXPECT_EQ(folder.file_count(), 1u);
}

TEST(Safetensors, AFullDiskLeavesNothingBehind) {
  const ScratchFolder folder;
  struct rlimit before {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler =
      std::signal(SIGXFSZ, SIG_IGN);  // then a write past the limit fails as one on a full disk
  const struct rlimit small { 1000, before.rlim_max };
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  expect_error(74, {"x.safetensors", "cannot be written"}, [&] {
    write_safetensors(folder / "x.safetensors", {{"a", at::zeros({4096})}});
  });
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(folder.file_count(), 0u);
}

TEST(Safetensors, ManyTensorsOpenInMilliseconds) {
  const ScratchFolder folder;
  std::map<std::string, at::Tensor> tensors;
  for (int i = 0; i < 1264; ++i) {
    tensors["transformer_blocks." + std::to_string(i) + ".attn.to_added_key.weight"] =
        at::zeros({1});
  }
  write_safetensors(folder / "x.safetensors", tensors);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(SafetensorsFile(folder / "x.safetensors").tensors().size(), 1264u);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  EXPECT_LT(seconds.count(),
            0.5);  // room for sanitizers on a busy machine
}

}  // namespace
}  // namespace flowreel
