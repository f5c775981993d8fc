#include "pipeline/flow/noise.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/PhiloxRNGEngine.h>
#include <gtest/gtest.h>

#include <atomic>

#include "errors/error.h"
#include "pipeline/flow/philox.h"
#include "tests/pipeline/flow/bits.h"

namespace flowreel {
namespace {

// The known answers of Random123.
TEST(Noise, PhiloxKnownAnswers) {
  const uint32_t ones = 0xffffffff;
  EXPECT_EQ(philox_block({0, 0, 0, 0}, {0, 0}),
            (PhiloxCounter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox_block({ones, ones, ones, ones}, {ones, ones}),
            (PhiloxCounter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(
      philox_block({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
      (PhiloxCounter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Noise, PhiloxIsThatOfATen) {
  for (uint32_t i = 1; i < 200; ++i) {
    const uint32_t a = i * 0x9E3779B1u;
    const uint32_t b = ~a * 7;
    at::Philox4_32 engine(uint64_t{b} << 32 | a, uint64_t{i} << 32 | b, uint64_t{a} << 32 | i);
    const PhiloxCounter words = philox_block({i, a, b, i}, {a, b});
    for (uint32_t word : words) EXPECT_EQ(engine(), word);
  }
}

// Eight values from element `first` on. Computed from the definition in noise.h with 200-bit
// arithmetic and rounded to float32 once.
struct Answer {
  uint64_t seed;
  uint32_t stream;
  uint32_t sample;
  int64_t first;
  std::vector<uint32_t> bits;
};

const Answer kAnswers[] = {
    {0,
     0,
     0,
     0,
     {0x3f7dbb33, 0xbf6cb6b0, 0xbf1e1b9f, 0xbef6d1b2, 0xbe1d5357, 0x3e392a6d, 0x3f54ec98,
      0x3e4a2da3}},
    {42,
     0,
     0,
     0,
     {0xbf785e5c, 0x3e46ace8, 0xbf9e28d2, 0x3ff6433b, 0xbd95e030, 0x3e0e7a0f, 0xbf8da733,
      0x3ea742fd}},
    {42,
     0,
     1,
     0,
     {0xbfd880f7, 0xbf90e658, 0x3ea6fa52, 0xbfba5e55, 0xbf9f04de, 0x3fd0322f, 0xbfdf817a,
      0xbf5f266a}},
    {42,
     0x01000007,
     0,
     0,
     {0xbf9ae8e1, 0x3eafd2dd, 0xbf9045a1, 0xbf60c631, 0xbeba328d, 0xbf10131b, 0xbf9ea01c,
      0x3f0450fe}},
    {0xfedcba9876543210,
     0x02000000,
     3,
     1000001,
     {0x3f8b87fb, 0xbf8ed613, 0xbc85cb46, 0xbd82cff8, 0x3e7bd20b, 0xbe094781, 0x3f8d849f,
      0xbf67277f}},
    {42,
     0,
     0,
     493822,
     {0xbf611e40, 0xbf975432, 0x3fb6f1f8, 0x3ffdc982, 0x3f6fa079, 0x3fd8b758, 0xbd360d43,
      0x3ef7a714}},
};

TEST(Noise, NormalKnownAnswers) {
  for (const Answer& answer : kAnswers) {
    const at::Tensor x = philox_normal({answer.first + 8}, answer.seed,
                                       static_cast<Stream>(answer.stream), answer.sample);
    EXPECT_EQ(bits_of(x.narrow(0, answer.first, 8)), answer.bits) << "seed " << answer.seed;
  }
}

TEST(Noise, SizeAndShapeDoNotMatter) {
  const at::Tensor all = philox_normal({100003}, 7);
  for (int64_t size : {0, 1, 2, 3, 4, 5, 15, 16, 17, 16384, 16385, 99999}) {
    EXPECT_TRUE(at::equal(philox_normal({size}, 7), all.narrow(0, 0, size))) << size;
  }
  EXPECT_TRUE(at::equal(philox_normal({1, 4, 5, 6, 7}, 7).flatten(), all.narrow(0, 0, 840)));
}

TEST(Noise, ThreadsDoNotMatter) {
  const int before = at::get_num_threads();
  at::set_num_threads(2);
  std::atomic<int> ranges = 0;
  at::parallel_for(0, 1000, 1, [&](int64_t, int64_t) { ++ranges; });
  ASSERT_EQ(ranges, 2) << "parallel_for is serial in this build: the test below would say nothing";
  at::set_num_threads(1);
  const at::Tensor one = philox_normal({200001}, 3);
  for (int threads : {2, 3, 4}) {
    at::set_num_threads(threads);
    EXPECT_TRUE(at::equal(philox_normal({200001}, 3), one)) << threads;
  }
  at::set_num_threads(before);
}

TEST(Noise, SeedsStreamsAndSamplesDiffer) {
  const std::vector<at::Tensor> draws = {
      philox_normal({64}, 1),
      philox_normal({64}, 2),
      philox_normal({64}, 1ull << 32),
      philox_normal({64}, 1, Stream::kVaeSample),
      philox_normal({64}, 1, Stream::kTraining),
      philox_normal({64}, 1, Stream::kSolverStep),
      philox_normal({64}, 1, substream(Stream::kSolverStep, 1)),
      philox_normal({64}, 1, Stream::kInitialLatent, 1),
  };
  for (size_t i = 0; i < draws.size(); ++i) {
    for (size_t j = 0; j < i; ++j) EXPECT_EQ((draws[i] == draws[j]).sum().item<int64_t>(), 0);
  }
}

TEST(Noise, OtherTypesAreRoundedFromFloat32) {
  const at::Tensor x = philox_normal({1000}, 5);
  EXPECT_EQ(x.scalar_type(), at::kFloat);
  for (at::ScalarType dtype : {at::kBFloat16, at::kHalf, at::kDouble}) {
    const at::Tensor y = philox_normal({1000}, 5, Stream::kInitialLatent, 0, dtype);
    EXPECT_EQ(y.scalar_type(), dtype);
    EXPECT_TRUE(at::equal(y, x.to(dtype)));
  }
}

TEST(Noise, UniformsAndIntegersKeepTheirRange) {
  const at::Tensor u = philox_uniform({4}, 0, Stream::kInitialLatent);
  EXPECT_EQ(
      bits_of(u * 0x1p24f),
      bits_of(at::tensor({float(0x6627e8), float(0xe169c5), float(0xbc57ac), float(0x9b00db)})));
  const at::Tensor many = philox_uniform({100000}, 1, Stream::kTraining);
  EXPECT_GE(many.min().item<float>(), 0.0f);
  EXPECT_LT(many.max().item<float>(), 1.0f);

  const int64_t all = int64_t{1} << 32;
  const at::Tensor words = philox_integers({4}, all, 0, Stream::kInitialLatent);
  EXPECT_EQ(words[0].item<int64_t>(), 0x6627e8d5);
  EXPECT_EQ(words[3].item<int64_t>(), 0x9b00dbd8);
  const at::Tensor dice = philox_integers({60000}, 6, 1, Stream::kTraining);
  const at::Tensor counts = at::bincount(dice);
  ASSERT_EQ(counts.numel(), 6);
  EXPECT_LT((counts - 10000).abs().max().item<int64_t>(), 400);
}

TEST(Noise, TorchCpuIsTheNoiseOfADiffusersGenerator) {
  const auto first_four = [](uint64_t seed) {
    return torch_cpu_normal({1, 4, 2, 4}, seed).flatten().narrow(0, 0, 4);
  };
  EXPECT_TRUE(
      at::allclose(first_four(0), at::tensor({-1.1258f, -1.1524f, -0.2506f, -0.4339f}), 0, 6e-5));
  EXPECT_TRUE(
      at::allclose(first_four(42), at::tensor({1.9269f, 1.4873f, 0.9007f, -2.1055f}), 0, 6e-5));
}

TEST(Noise, RejectsBadArguments) {
  EXPECT_THROW(philox_normal({2, -1}, 0), UsageError);
  EXPECT_THROW(philox_normal({2}, 0, Stream::kTraining, 0, at::kInt), UsageError);
  EXPECT_THROW(philox_integers({2}, 0, 0, Stream::kTraining), UsageError);
  EXPECT_THROW(philox_integers({2}, (int64_t{1} << 32) + 1, 0, Stream::kTraining), UsageError);
  EXPECT_THROW(substream(Stream::kSolverStep, 1u << 24), UsageError);
}

}  // namespace
}  // namespace flowreel
