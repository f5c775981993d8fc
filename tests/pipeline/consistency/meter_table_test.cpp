#include "pipeline/consistency/meter_table.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "errors/error.h"

namespace flowreel {
namespace {

TEST(MeterTable, NamesAndIdsAreUniqueAndFit) {
  std::set<std::string> names, ids;
  for (const Definition* d : all_definitions()) {
    SCOPED_TRACE(d->name);
    EXPECT_TRUE(names.insert(d->name).second);
    EXPECT_TRUE(ids.insert(d->id).second);
    const std::string id = d->id;
    EXPECT_TRUE(id == "flowreel/" + std::string(d->name) + "@1" ||
                id == "vbench/" + std::string(d->name) + "@1")
        << id;
    EXPECT_FALSE(std::string(d->unit).empty());
    EXPECT_FALSE(std::string(d->formula).empty());
    EXPECT_FALSE(std::string(d->meaning).empty());
  }
}

TEST(MeterTable, AnUnknownNameListsTheKnownOnes) {
  EXPECT_STREQ(definition_of("scene_cuts").name, "scene_cuts");
  try {
    definition_of("flickering");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("\"flickering\" is not a metric"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("temporal_flickering"), std::string::npos);
  }
}

}  // namespace
}  // namespace flowreel
