// --deterministic strict: bits that no number of threads changes.
#include <sched.h>

#include <thread>

#include "pipeline/generate/cores.h"
#include "tests/pipeline/generate/run.h"

namespace flowreel {
namespace {

class StrictTest : public ::testing::Test {
 protected:
  GenerateOptions options(const std::string& name, int threads) const {
    // Large enough that without strict four threads make other bits than two.
    GenerateOptions o = golden_options(
        Golden(std::filesystem::path(FLOWREEL_TEST_DATA) / "golden" / "small"), folder_ / name);
    o.sampling.steps = 1;
    o.size = {128, 128, 5, 24};
    o.compute.determinism = Determinism::kStrict;
    o.compute.threads = threads;
    return o;
  }
  ~StrictTest() override { use_cores(0); }
  ScratchFolder folder_;
};

TEST_F(StrictTest, OneToFourThreadsMakeTheSameBytes) {
  const RunRecord one = generate(options("1.mp4", 1), {});
  for (int threads = 2; threads <= 4; ++threads) {
    const std::string name = std::to_string(threads) + ".mp4";
    const RunRecord record = generate(options(name, threads), {});
    EXPECT_EQ(record.hashes, one.hashes) << threads;
    EXPECT_EQ(record.state_hashes, one.state_hashes) << threads;
    EXPECT_EQ(read_bytes(folder_ / name), read_bytes(folder_ / "1.mp4")) << threads;
  }
}

TEST_F(StrictTest, TilingByFreeMemoryIsRefused) {
  GenerateOptions o = options("clip.mp4", 1);
  o.vae.mode = TilingMode::kAuto;
  expect_contains(error_text<UsageError>([&] { generate(o, {}); }), {"auto", "strict"});
}

int allowed_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  sched_getaffinity(0, sizeof set, &set);
  return CPU_COUNT(&set);
}

TEST_F(StrictTest, CoresAreLimitedForEveryThreadAndGivenBack) {
  const int all = core_count();
  EXPECT_EQ(allowed_cores(), all);
  use_cores(1);
  EXPECT_EQ(allowed_cores(), 1);
  int elsewhere = 0;
  std::thread([&] { elsewhere = allowed_cores(); }).join();
  EXPECT_EQ(elsewhere, 1);
  use_cores(0);
  EXPECT_EQ(allowed_cores(), all);
  use_cores(100000);
  EXPECT_EQ(allowed_cores(), all);
}

}  // namespace
}  // namespace flowreel
