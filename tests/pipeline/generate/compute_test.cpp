#include "pipeline/generate/compute.h"

#include "tests/pipeline/generate/run.h"

namespace flowreel {
namespace {

ComputePlan plan(const std::string& device, const std::string& dtype, int threads = 2) {
  return plan_compute({device, dtype, threads, {}, {}});
}

TEST(Compute, WordsThatAreKnown) {
  EXPECT_EQ(plan("cpu", "auto").transformer, at::kFloat);
  EXPECT_EQ(plan("cpu", "bfloat16").vae, at::kBFloat16);
  EXPECT_EQ(plan("cpu", "float16").text, at::kHalf);
  EXPECT_EQ(plan("cpu", "float32").for_vae().dtype, at::kFloat);
  EXPECT_GE(plan("cpu", "auto", 0).threads, 1);
  EXPECT_EQ(plan("cpu", "auto", 2).threads, 2);
}

TEST(Compute, WordsThatAreNot) {
  for (const char* device : {"", "gpu", "CPU", "cuda:", "cuda:x", "cuda:-1", "cuda:1000000000000"})
    expect_contains(error_text<UsageError>([&] { plan(device, "auto"); }),
                    {"--device is \"" + std::string(device) + "\"", "cuda:N"});
  for (const char* dtype : {"", "fp16", "float64", "int8"})
    expect_contains(error_text<UsageError>([&] { plan("cpu", dtype); }),
                    {"--dtype is \"" + std::string(dtype) + "\"", "bfloat16"});
  for (const int threads : {-1, 100000})
    expect_contains(error_text<UsageError>([&] { plan("cpu", "auto", threads); }),
                    {"--threads is " + std::to_string(threads)});
  EXPECT_THROW(plan("cuda:99", "auto"), UnavailableError);
}

}  // namespace
}  // namespace flowreel
