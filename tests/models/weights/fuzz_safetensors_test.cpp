// Random damage to a small valid file: it opens or it is refused, and what opens can be read within
// its bounds.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <random>

#include "models/weights/safetensors.h"
#include "tests/models/weights/scratch.h"

namespace flowreel {
namespace {

std::string valid_file(const testing::ScratchFolder& folder) {
  write_safetensors(folder / "valid.safetensors",
                    {{"a", at::ones({2, 2})},
                     {"b", at::ones({3}, at::kHalf)},
                     {"c", at::ones({2}, at::kBool)},
                     {"e", at::empty({0, 4})}},
                    {{"format", "pt"}});
  return testing::slurp(folder / "valid.safetensors");
}

// One of: flip a bit, write a byte that means something in JSON, remove a byte, repeat a piece.
void damage(std::string& bytes, std::mt19937& random) {
  const auto below = [&](size_t n) { return static_cast<size_t>(random() % n); };
  constexpr std::string_view kTelling = "{}[]\",:-.eE0123456789 \\u\0\xff";
  const size_t at = below(bytes.size());
  switch (below(4)) {
    case 0:
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
      break;
    case 1:
      bytes[at] = kTelling[below(kTelling.size())];
      break;
    case 2:
      bytes.erase(at, 1);
      break;
    default:
      bytes.insert(at, bytes.substr(below(bytes.size()), 1 + below(12)));
  }
}

// Whether it opened. Everything that opens is consistent and readable; everything else is an Error
// of ours.
bool survives(const std::string& path) {
  try {
    const SafetensorsFile file(path);
    uint64_t total = 0;
    for (const auto& [name, info] : file.tensors()) {
      total += info.bytes();
      try {
        const at::Tensor tensor = file.read(name);
        EXPECT_EQ(tensor.nbytes(), info.bytes());
        EXPECT_EQ(tensor.sizes(), info.shape);
      } catch (const DataError&) {  // a damaged BOOL
        EXPECT_EQ(info.dtype, at::kBool);
      }
    }
    EXPECT_LE(total, std::filesystem::file_size(path));
    return true;
  } catch (const DataError& e) {
    EXPECT_EQ(std::string(e.what()).find('\n'), std::string::npos);
    return false;
  }
}

TEST(FuzzSafetensors, DamagedFilesNeverCrash) {
  const testing::ScratchFolder folder;
  const std::string valid = valid_file(folder);
  std::mt19937 random(20240607);
  size_t opened = 0;
  constexpr size_t kRounds = 20'000;
  for (size_t round = 0; round < kRounds; ++round) {
    std::string bytes = valid;
    for (size_t n = 1 + random() % 4; n > 0; --n) damage(bytes, random);
    if (survives(folder.put("damaged.safetensors", bytes))) ++opened;
    if (HasFailure()) FAIL() << "round " << round;
  }
  // Damage to data and names goes through; most damage to the header must not.
  EXPECT_GT(opened, kRounds / 100);
  EXPECT_LT(opened, kRounds / 2);
}

// The length field decides the header; whatever it says must be met by a check, not by a crash.
TEST(FuzzSafetensors, EveryShortHeaderLength) {
  const testing::ScratchFolder folder;
  const std::string valid = valid_file(folder);
  for (uint64_t length = 0; length < valid.size() + 16; ++length) {
    const std::string bytes = testing::length_bytes(length) + valid.substr(8);
    EXPECT_EQ(survives(folder.put("damaged.safetensors", bytes)), bytes == valid) << length;
  }
}

}  // namespace
}  // namespace flowreel
