#include "pipeline/consistency/gate_file.h"

#include <gtest/gtest.h>

#include "errors/error.h"
#include "tests/pipeline/consistency/test_results.h"

namespace flowreel {
namespace {

using test::text_of;

std::string complaint(const std::string& text) {
  return text_of<DataError>([&] { gates_from_json(text, "gates.json"); });
}

TEST(GateFile, HoldsGates) {
  const auto gates = gates_from_json(
      R"({"gates": ["scene_cuts == 0", "temporal_flickering~0.01"]})", "gates.json");
  ASSERT_EQ(gates.size(), 2u);
  EXPECT_EQ(gates[0].text, "scene_cuts==0");
  EXPECT_EQ(gates[0].kind, Gate::Kind::kEqual);
  EXPECT_EQ(gates[1].kind, Gate::Kind::kNotInferior);
}

TEST(GateFile, IsReadStrictly) {
  const std::string form =
      "gates.json: expected an object whose only key is \"gates\", a list of at least one text "
      "such as \"still_ratio<=0.3\"";
  for (const char* text : {"[]", "{}", R"({"gates": []})", R"({"gates": "scene_cuts==0"})",
                           R"({"gates": ["scene_cuts==0"], "more": 1})", "null"})
    EXPECT_EQ(complaint(text), form) << text;
  EXPECT_EQ(complaint(R"({"gates": ["scene_cuts==0", 1]})"),
            "gates.json: /gates/1: is no text, expected one such as \"still_ratio<=0.3\"");
  EXPECT_EQ(complaint(R"({"gates": ["scene_cuts==x"]})"),
            "gates.json: /gates/0: gate \"scene_cuts==x\": expected a number after the sign");
  EXPECT_EQ(complaint(R"({"gates": ["no_such==0"]})")
                .find("gates.json: /gates/0: \"no_such\" is not a metric; expected one of "),
            0u);
  EXPECT_NE(complaint("{"), "");
  EXPECT_NE(complaint(R"({"gates": ["scene_cuts==0"], "gates": ["scene_cuts==1"]})"), "");
  EXPECT_THROW(read_gates("no_such_gates.json"), MissingInputError);
}

}  // namespace
}  // namespace flowreel
