#include "pipeline/queue/open_store.h"

#include <gtest/gtest.h>

#include "errors/error.h"
#include "tests/scratch_folder.h"

namespace flowreel {
namespace {

std::string message_of(const std::string& name, int code) {
  try {
    open_store(name);
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), code) << name << ": " << error.what();
    return error.what();
  }
  ADD_FAILURE() << name << " was opened";
  return "";
}

TEST(OpenStore, KnowsItsKinds) {
  const testing::ScratchFolder folder;
  StoreOptions options;
  options.mode = OpenMode::kCreate;
  const int64_t id = open_store("sqlite:" + folder / "q.db", options)->submit({.job = "{}"}).id;
  EXPECT_EQ(open_store("sqlite:" + folder / "q.db")->get(id).request.job, "{}");
  for (const char* name : {"", "queue.db", "redis://host", "sqlite", "SQLITE:x", "memory:"})
    EXPECT_NE(message_of(name, 64).find("expected sqlite:PATH"), std::string::npos);
  message_of("sqlite:", 77);
  message_of("sqlite::memory:", 66);  // a file of that name, not SQLite's queue for one process
  message_of("sqlite:" + folder / "absent.db", 66);
}

TEST(OpenStore, TellsNoPassword) {
  for (const char* name : {"mysql://me:secret@host/db"})
    EXPECT_EQ(message_of(name, 64).find("secret"), std::string::npos);
}

}  // namespace
}  // namespace flowreel
