// Files that must be refused. Each gives exit code 65 and a line that names the file and the fault.
#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <chrono>

#include "models/weights/safetensors.h"
#include "tests/models/weights/scratch.h"

namespace flowreel {
namespace {

using testing::entry;
using testing::expect_error;
using testing::file_bytes;
using testing::header_of;
using testing::length_bytes;
using testing::ScratchFolder;

class BrokenSafetensors : public ::testing::Test {
 protected:
  void refuse(const std::string& bytes, const std::vector<std::string>& parts) {
    folder_.put("x.safetensors", bytes);
    std::vector<std::string> all = {"x.safetensors"};
    all.insert(all.end(), parts.begin(), parts.end());
    expect_error(65, all, [&] { SafetensorsFile(folder_ / "x.safetensors"); });
  }

  void refuse_header(const std::string& header, size_t data,
                     const std::vector<std::string>& parts) {
    SCOPED_TRACE(header.substr(0, 200));
    refuse(file_bytes(header, data), parts);
  }

  void accept_header(const std::string& header, size_t data) {
    SCOPED_TRACE(header);
    folder_.put("x.safetensors", file_bytes(header, data));
    EXPECT_NO_THROW(SafetensorsFile(folder_ / "x.safetensors"));
  }

  void refuse_entry(const std::string& dtype, const std::string& shape, const std::string& offsets,
                    const std::vector<std::string>& parts) {
    refuse_header(header_of({entry("w", dtype, shape, offsets)}), 16, parts);
  }

  ScratchFolder folder_;
};

// For headers of at most 16 MB. AddressSanitizer keeps freed memory for a while, so there it says
// little.
#ifdef __SANITIZE_ADDRESS__
constexpr long kMemoryBudget = 1024 * 1024;
#else
constexpr long kMemoryBudget = 200 * 1024;
#endif

long peak_kilobytes() {
  struct rusage usage {};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

const std::string kGood = header_of({entry("w", "F32", "[4]", "[0,16]")});

TEST_F(BrokenSafetensors, TooSmall) {
  refuse("", {"0 bytes", "HeaderTooSmall"});
  refuse("1234567", {"7 bytes", "HeaderTooSmall"});
}

TEST_F(BrokenSafetensors, HeaderLength) {
  const long before = peak_kilobytes();
  refuse(length_bytes(UINT64_MAX) + kGood, {"18446744073709551615", "HeaderTooLarge"});
  refuse(length_bytes(uint64_t{1} << 63) + kGood, {"HeaderTooLarge"});
  refuse(length_bytes(100'000'001) + kGood, {"100000001", "HeaderTooLarge"});
  EXPECT_LT(peak_kilobytes() - before, 16 * 1024);
  refuse(length_bytes(kGood.size() + 1) + kGood, {"InvalidHeaderLength"});
  refuse(length_bytes(1000) + kGood, {"1000 bytes", "InvalidHeaderLength"});
  refuse(length_bytes(0), {"InvalidHeaderStart"});
}

TEST_F(BrokenSafetensors, NoLimitRaisesTheHardBound) {
  folder_.put("x.safetensors", length_bytes(100'000'001) + kGood);
  SafetensorsLimits limits;
  limits.max_header_bytes = UINT64_MAX;
  expect_error(65, {"100000000"}, [&] { SafetensorsFile(folder_ / "x.safetensors", limits); });
}

TEST_F(BrokenSafetensors, HeaderText) {
  refuse_header("not json", 16, {"InvalidHeaderStart"});
  refuse_header("[1]", 16, {"InvalidHeaderStart"});
  refuse_header(" " + kGood, 16, {"InvalidHeaderStart"});
  refuse_header("\xEF\xBB\xBF" + kGood, 16, {"InvalidHeaderStart"});
  refuse_header("{\"w}", 0, {"not valid JSON"});
  refuse_header("{} {}", 0, {"not valid JSON"});
  refuse_header("{\"\xff\":{}}", 0, {"InvalidHeader)"});
  refuse_header("{\"w\":1}", 0, {"\"w\" is 1", "expected an object"});
  refuse_header("{\"w\":[]}", 0, {"\"w\" is a list"});
  accept_header(kGood + "   ", 16);
  accept_header("{}", 0);
  refuse_header(kGood + std::string(1, '\0'), 16, {"InvalidHeaderStart"});
  refuse_header(kGood + "\n", 16, {"InvalidHeaderStart"});
}

TEST_F(BrokenSafetensors, Overflow) {
  refuse_entry("F32", "[4194305,4194305,211106198978564]", "[0,16]",
               {"\"w\"", "ValidationOverflow"});
  refuse_entry("I32", "[2,18446744073709551614]", "[0,16]", {"ValidationOverflow"});
  refuse_entry("I32", "[2,9223372036854775807]", "[0,16]", {"ValidationOverflow"});
  refuse_entry("U8", "[0,9223372036854775807,2]", "[0,16]", {"ValidationOverflow"});
}

TEST_F(BrokenSafetensors, Offsets) {
  refuse_entry("F32", "[4]", "[16,0]", {"\"w\"", "InvalidOffset"});
  refuse_entry("F32", "[4]", "[-1,15]", {"-1", "InvalidOffset"});
  refuse_entry("F32", "[4]", "[0,16.5]", {"16.5", "InvalidOffset"});
  refuse_entry("F32", "[4]", "[\"0\",16]", {"text", "InvalidOffset"});
  refuse_entry("F32", "[4]", "[0,16,16]", {"InvalidOffset"});
  refuse_entry("F32", "[4]", "[0]", {"InvalidOffset"});
  refuse_entry("F32", "[4]", "16", {"data_offsets"});
  refuse_entry("F32", "[4]", "[0,9007199254740993]", {"TensorInvalidInfo"});
  refuse_entry("F32", "[4]", "[0,1e400]", {"not valid JSON"});
  refuse_entry("F32", "[4]", "[0,100000000000000000000]", {"InvalidOffset"});
  refuse_entry("F32", "[8]", "[0,32]", {"32 bytes", "16 follow", "MetadataIncompleteBuffer"});
}

TEST_F(BrokenSafetensors, OverlapsAndGaps) {
  std::string overlap = "{", many = "{";
  for (int i = 0; i < 10; ++i)
    overlap += entry("w" + std::to_string(i), "F32", "[4]", "[0,16]") + ",";
  for (int i = 0; i < 100'000; ++i)
    many += entry(std::to_string(i), "U8", "[160000]", "[0,160000]") + ",";
  overlap.back() = many.back() = '}';
  refuse_header(overlap, 16, {"\"w1\"", "InvalidOffset"});
  refuse_header(many, 160'000, {"InvalidOffset"});
  const std::string first = entry("a", "F32", "[1]", "[0,4]");
  refuse_header(header_of({first, entry("b", "F32", "[1]", "[8,12]")}), 12,
                {"\"b\"", "InvalidOffset"});
  refuse_header(header_of({entry("a", "F32", "[1]", "[4,8]")}), 8, {"InvalidOffset"});
  refuse(file_bytes(kGood, 16) + "PK\x03\x04", {"20 follow", "MetadataIncompleteBuffer"});
}

TEST_F(BrokenSafetensors, ShapeAgainstOffsets) {
  refuse_entry("F32", "[1000000]", "[0,4]", {"4000000 bytes", "hold 4", "TensorInvalidInfo"});
  refuse_entry("F32", "[3]", "[0,16]", {"12 bytes", "hold 16"});
  refuse_entry("F32", "[-4]", "[0,16]", {"-4", "shape"});
  refuse_entry("F32", "[4.0]", "[0,16]", {"4.0", "shape"});
  refuse_entry("F32", "[true]", "[0,16]", {"boolean", "shape"});
  refuse_entry("F32", "[[4]]", "[0,16]", {"a list", "shape"});
  refuse_entry("F32", "null", "[0,16]", {"null", "shape"});
  refuse_entry("F32", "[1,1,1,1,1,1,1,1,4]", "[0,16]", {"8 dimensions"});
}

TEST_F(BrokenSafetensors, EmptyTensorsAndScalarsAreFine) {
  accept_header(
      header_of({entry("a", "F32", "[2,0]", "[0,0]"), entry("b", "F32", "[4]", "[0,16]"),
                 entry("c", "F32", "[0]", "[16,16]"), entry("d", "F32", "[]", "[16,20]")}),
      20);
  const SafetensorsFile file(folder_ / "x.safetensors");
  EXPECT_EQ(file.read("a").sizes(), (std::vector<int64_t>{2, 0}));
  EXPECT_EQ(file.read("d").dim(), 0);
}

TEST_F(BrokenSafetensors, Duplicates) {
  refuse_header(header_of({entry("w", "F32", "[4]", "[0,16]"), entry("w", "F32", "[4]", "[0,16]")}),
                16, {"\"w\"", "twice"});
  refuse_header(
      "{\"w\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}}", 16,
      {"two dtype"});
  refuse_header("{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", 0, {"\"a\"", "twice"});
  refuse_header("{\"__metadata__\":{},\"__metadata__\":{}}", 0, {"twice"});
}

TEST_F(BrokenSafetensors, Metadata) {
  accept_header("{\"__metadata__\":{\"a\":\"1\"}}", 0);
  refuse_header("{\"__metadata__\":{\"a\":1}}", 0, {"\"a\" is 1", "expected text"});
  refuse_header("{\"__metadata__\":{\"a\":{\"b\":\"c\"}}}", 0, {"an object", "expected text"});
  refuse_header("{\"__metadata__\":{\"a\":null}}", 0, {"null"});
  refuse_header("{\"__metadata__\":\"a\"}", 0, {"expected an object"});
}

TEST_F(BrokenSafetensors, Fields) {
  refuse_header("{\"w\":{\"dtype\":\"F32\",\"shape\":[4]}}", 16, {"lacks"});
  refuse_header("{\"w\":{}}", 0, {"\"w\" lacks"});
  refuse_header("{\"w\":{\"size\":4}}", 0, {"unknown field \"size\""});
  refuse_entry("F33", "[4]", "[0,16]", {"\"F33\"", "does not exist"});
  refuse_entry("f32", "[4]", "[0,16]", {"does not exist"});
  refuse_entry("I16", "[8]", "[0,16]", {"\"I16\"", "not supported", "BF16"});
  refuse_entry("F4", "[3]", "[0,2]", {"\"F4\"", "not supported"});
}

TEST_F(BrokenSafetensors, Names) {
  refuse_header(header_of({entry(std::string(513, 'n'), "F32", "[4]", "[0,16]")}), 16,
                {"512 bytes"});
  refuse_header(header_of({entry("a\\u0000b", "F32", "[4]", "[0,16]")}), 16, {"\\x00", "NUL"});
  refuse_header(header_of({entry("a\\u001b[2Jb", "F32", "[5]", "[0,16]")}), 16, {"\\x1b[2Jb"});
}

TEST_F(BrokenSafetensors, HugeHeadersFailFast) {
  std::string tensors = "{", shape = "{\"w\":{\"shape\":[", metadata = "{\"__metadata__\":{";
  for (int i = 0; tensors.size() < (15u << 20); ++i)
    tensors += entry(std::to_string(i), "U8", "[0]", "[0,0]") + ",";
  while (shape.size() < (15u << 20)) shape += "1,";
  for (int i = 0; metadata.size() < (15u << 20); ++i)
    metadata += "\"" + std::to_string(i) + "\":\"\",";
  const std::string deep = "{\"w\":{\"shape\":" + std::string(10u << 20, '[') + "}";
  tensors.back() = '}';
  const long before = peak_kilobytes();
  const auto start = std::chrono::steady_clock::now();
  refuse_header(tensors, 0, {"more than 100000 tensors"});
  refuse_header(shape + "1]}}", 0, {"8 dimensions"});
  refuse_header(metadata + "\"a\":\"\"}}", 0, {"entries of metadata"});
  refuse_header(deep, 0, {"a list"});
  refuse(length_bytes(600u << 20) + "{",
         {"HeaderTooLarge"});  // ten million entries take at least that
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  EXPECT_LT(seconds.count(), 4.0);
  EXPECT_LT(peak_kilobytes() - before, kMemoryBudget);
}

TEST_F(BrokenSafetensors, OtherFormats) {
  refuse("PK\x03\x04" + std::string("\x14\0\0\0\x08\0\0\0 archive/data.pkl", 24),
         {"pickle", "convert", "save_file"});
  refuse("\x80\x04K", {"pickle"});
  refuse("\x80\x02}q\x01X\x01\x01\x01\x01", {"pickle", "convert"});
  refuse("GGUF\x03" + std::string(60, '\0'), {"GGUF", "not supported"});
  refuse("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n",
         {"Git LFS", "git lfs pull"});
  refuse("<!DOCTYPE html><html></html>", {"web page"});
}

TEST_F(BrokenSafetensors, NotAFileToRead) {
  const auto open = [&](const std::string& name) { SafetensorsFile(folder_ / name); };
  expect_error(66, {"none.safetensors", "No such file"}, [&] { open("none.safetensors"); });
  std::filesystem::create_directory(folder_ / "folder");
  expect_error(77, {"not a regular file"}, [&] { open("folder"); });
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  expect_error(77, {"not a regular file"}, [&] { open("pipe"); });
  expect_error(77, {"not a regular file"}, [&] { SafetensorsFile("/dev/zero"); });
}

TEST_F(BrokenSafetensors, BoolBytes) {
  folder_.put("x.safetensors", file_bytes(header_of({entry("w", "BOOL", "[3]", "[0,3]")}), 3));
  const SafetensorsFile file(folder_ / "x.safetensors");
  expect_error(65, {"\"w\"", "BOOL"}, [&] { file.read("w"); });
  expect_error(65, {"no tensor \"v\""}, [&] { file.read("v"); });
}

TEST_F(BrokenSafetensors, TruncationAtEveryLength) {
  const std::string whole = file_bytes(
      header_of({entry("a", "F32", "[2]", "[0,8]"), entry("b", "U8", "[8]", "[8,16]")}), 16);
  for (size_t length = 0; length < whole.size(); ++length) refuse(whole.substr(0, length), {});
  folder_.put("x.safetensors", whole);
  EXPECT_NO_THROW(SafetensorsFile(folder_ / "x.safetensors"));
}

TEST_F(BrokenSafetensors, FileCutOrChangedAfterOpening) {
  const std::string path = folder_.put("x.safetensors", file_bytes(kGood, 16));
  const SafetensorsFile cut(path);
  EXPECT_NO_THROW(cut.read("w"));
  std::filesystem::resize_file(path, 40);
  expect_error(74, {"x.safetensors", "cut while being read"}, [&] { cut.read("w"); });
  std::ofstream(path, std::ios::binary) << file_bytes(kGood, 16);
  std::filesystem::last_write_time(
      path, std::filesystem::file_time_type::clock::now() + std::chrono::seconds(10));
  expect_error(74, {"changed by another program"}, [&] { cut.read("w"); });
}

}  // namespace
}  // namespace flowreel
