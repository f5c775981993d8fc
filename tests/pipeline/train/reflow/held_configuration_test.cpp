#include "pipeline/train/reflow/held_configuration.h"

#include <gtest/gtest.h>

#include "errors/error.h"
#include "tests/scratch_folder.h"

namespace flowreel {
namespace {

TEST(HeldConfiguration, IsWrittenOnceAndHeldTo) {
  const testing::ScratchFolder folder;
  hold_to(folder / "a/b", "one");
  hold_to(folder / "a/b", "one");
  EXPECT_THROW(hold_to(folder / "a/b", "other"), ConfigError);
  hold_to(folder / "a/b", "one");
  EXPECT_THROW(hold_to(folder.put("file", "") + "/x", "one"), OutputError);
}

}  // namespace
}  // namespace flowreel
