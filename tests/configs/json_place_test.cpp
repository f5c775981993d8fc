#include "configs/json_place.h"

#include <gtest/gtest.h>

namespace flowreel {
namespace {

const std::string kText = R"({
  "id": "a \"quoted\" {name}",
  "list": [1, {"x": [], "a/b": -1.5e3}, "]"],
    "sampling" : {
      "steps":20, "tilde~": true
    },
  "last": null
})";

struct Expected {
  const char* pointer;
  size_t line, column;
  const char* value;
};

TEST(JsonPlace, OfValues) {
  for (const Expected& e :
       {Expected{"/id", 2, 3, R"("a \"quoted\" {name}")"},
        Expected{"/list", 3, 3, R"([1, {"x": [], "a/b": -1.5e3}, "]"])"},
        Expected{"/list/0", 3, 12, "1"}, Expected{"/list/1/x", 3, 16, "[]"},
        Expected{"/list/1/a~1b", 3, 25, "-1.5e3"}, Expected{"/list/2", 3, 41, "\"]\""},
        Expected{"/sampling/steps", 5, 7, "20"}, Expected{"/sampling/tilde~0", 5, 19, "true"},
        Expected{"/last", 7, 3, "null"}}) {
    const auto place = place_of(kText, e.pointer);
    ASSERT_TRUE(place) << e.pointer;
    EXPECT_EQ(place->line, e.line) << e.pointer;
    EXPECT_EQ(place->column, e.column) << e.pointer;
    EXPECT_EQ(kText.substr(place->begin, place->end - place->begin), e.value);
  }
}

TEST(JsonPlace, OfTheDocument) {
  const auto place = place_of(kText, "");
  ASSERT_TRUE(place);
  EXPECT_EQ(place->begin, 0u);
  EXPECT_EQ(place->end, kText.size());
  EXPECT_EQ(place_of("\xEF\xBB\xBF 7", "")->begin, 4u);
}

TEST(JsonPlace, OfWhatIsNotThere) {
  for (const char* pointer : {"/none", "/list/3", "/id/x", "/sampling/steps/0"})
    EXPECT_FALSE(place_of(kText, pointer)) << pointer;
}

}  // namespace
}  // namespace flowreel
