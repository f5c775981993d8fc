#include "pipeline/generate/available_memory.h"

#include "tests/pipeline/generate/run.h"

namespace flowreel {
namespace {

constexpr uint64_t kGiB = uint64_t{1} << 30;

// Files as the kernel has them, in a folder.
class AvailableMemoryTest : public ::testing::Test {
 protected:
  AvailableMemoryTest() {
    put("meminfo", "MemTotal:       33554432 kB\nMemAvailable:   16777216 kB\n");  // 32 and 16 GiB
  }
  void put(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
  }
  std::optional<uint64_t> available() const {
    return available_host_bytes({folder_ / "meminfo", folder_ / "own", folder_ / "groups"});
  }

  ScratchFolder folder_;
};

TEST_F(AvailableMemoryTest, IsTheMachinesWithoutGroups) {
  EXPECT_EQ(available(), 16 * kGiB);
  put("own", "0::/user.slice\n");
  EXPECT_EQ(available(), 16 * kGiB) << "groups that are not mounted";
  put("groups/user.slice/memory.max", "max\n");
  EXPECT_EQ(available(), 16 * kGiB);
}

TEST_F(AvailableMemoryTest, Version2) {
  put("own", "0::/a.slice/b.scope\n");
  put("groups/a.slice/b.scope/memory.max", "8589934592\n");
  EXPECT_EQ(available(), 8 * kGiB);
  put("groups/a.slice/b.scope/memory.current", "3221225472\n");
  EXPECT_EQ(available(), 5 * kGiB);
  put("groups/a.slice/b.scope/memory.stat", "anon 1073741824\ninactive_file 2147483648\n");
  EXPECT_EQ(available(), 7 * kGiB) << "the page cache gives way";
  put("groups/a.slice/b.scope/memory.high", "4294967296\n");
  EXPECT_EQ(available(), 3 * kGiB) << "above it the kernel throttles";
  put("groups/a.slice/memory.max", "2147483648\n");
  put("groups/a.slice/memory.current", "1073741824\n");
  EXPECT_EQ(available(), 1 * kGiB) << "the group around it";
  put("groups/a.slice/memory.current", "9999999999\n");
  EXPECT_EQ(available(), 0u);
}

TEST_F(AvailableMemoryTest, Version1) {
  put("own", "9:cpu,cpuacct:/other\n4:memory:/docker/12:34\n0::/\n");
  put("groups/memory/docker/12:34/memory.limit_in_bytes", "9223372036854771712\n");
  EXPECT_EQ(available(), 16 * kGiB) << "no limit, as version 1 writes it";
  put("groups/memory/docker/12:34/memory.limit_in_bytes", "4294967296\n");
  put("groups/memory/docker/12:34/memory.usage_in_bytes", "2147483648\n");
  put("groups/memory/docker/12:34/memory.stat",
      "inactive_file 1\ntotal_inactive_file 1073741824\n");
  EXPECT_EQ(available(), 3 * kGiB);
}

// A container without a namespace of its own sees the outer path but has only its group mounted.
TEST_F(AvailableMemoryTest, AContainersOwnGroupIsTheMountItself) {
  put("own", "4:memory:/docker/1234\n");
  put("groups/memory/memory.limit_in_bytes", "1073741824\n");
  EXPECT_EQ(available(), kGiB);
  put("own", "0::/../../outside\n");
  put("groups/memory.max", "2147483648\n");
  EXPECT_EQ(available(), 2 * kGiB);
}

TEST_F(AvailableMemoryTest, MayBeUnknown) {
  put("meminfo", "nothing of use\n");
  EXPECT_EQ(available(), std::nullopt);
  put("own", "0::/a\n");
  put("groups/a/memory.max", "1073741824\n");
  EXPECT_EQ(available(), kGiB);
}

TEST_F(AvailableMemoryTest, OfThisMachine) {
  EXPECT_GT(available_host_bytes(), uint64_t{1} << 20);
  EXPECT_NO_THROW(available_accelerator_bytes({c10::kCUDA, 0})) << "be there one or not";
}

}  // namespace
}  // namespace flowreel
