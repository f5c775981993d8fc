#include "models/weights/config.h"

#include <gtest/gtest.h>

#include "tests/models/weights/scratch.h"

namespace flowreel {
namespace {

using testing::expect_error;
using testing::ScratchFolder;

ModelConfig config(const std::string& text) {
  return ModelConfig::from_text(text, "vae/config.json");
}

TEST(ModelConfig, ReadsValues) {
  const ModelConfig c = config(
      R"({"n": 3, "x": 0.5, "b": true, "s": "silu", "l": [1, 2], "t": ["A", "B"], "z": null,
          "o": {"f": 8}})");
  EXPECT_EQ(c.require_int("n", 1, 10), 3);
  EXPECT_EQ(c.require_double("x", 0, 1), 0.5);
  EXPECT_EQ(c.require_double("n", 0, 10), 3.0);
  EXPECT_TRUE(c.require_bool("b"));
  EXPECT_EQ(c.require_string("s"), "silu");
  EXPECT_EQ(c.require_int_list("l", 0, 9), (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(c.require_int_list("n", 0, 9), (std::vector<int64_t>{3}));
  EXPECT_EQ(c.require_string_list("t"), (std::vector<std::string>{"A", "B"}));
  EXPECT_EQ(c.object("o").require_int("f", 0, 9), 8);
  EXPECT_EQ(c.keys(), (std::vector<std::string>{"b", "l", "n", "o", "s", "t", "x", "z"}));
}

TEST(ModelConfig, AbsentAndNullGiveTheDefault) {
  const ModelConfig c = config(R"({"z": null})");
  EXPECT_FALSE(c.has("z"));
  EXPECT_TRUE(c.is_null("z"));
  EXPECT_FALSE(c.has("y"));
  EXPECT_FALSE(c.is_null("y"));
  for (const char* key : {"y", "z"}) {
    EXPECT_EQ(c.get_int(key, 7, 0, 9), 7);
    EXPECT_EQ(c.get_double(key, 0.25, 0, 1), 0.25);
    EXPECT_TRUE(c.get_bool(key, true));
    EXPECT_EQ(c.get_string(key, "d"), "d");
    EXPECT_EQ(c.get_int_list(key, {1, 2}, 0, 9), (std::vector<int64_t>{1, 2}));
    EXPECT_EQ(c.get_string_list(key, {"a"}), (std::vector<std::string>{"a"}));
  }
  expect_error(65, {"vae/config.json: y is missing, expected an integer from 0 to 9"},
               [&] { c.require_int("y", 0, 9); });
  expect_error(65, {"z is null, expected true or false"}, [&] { c.require_bool("z"); });
  expect_error(65, {"y is missing, expected a JSON object"}, [&] { c.object("y"); });
}

TEST(ModelConfig, IntegersAreNeverNarrowed) {
  for (const char* value : {"-3", "0", "1001", "4294967297", "18446744073709551615", "1e20", "1.9",
                            "3.0", "true", "\"3\"", "[3]", "{}"}) {
    const ModelConfig c = config(std::string("{\"num_layers\": ") + value + "}");
    expect_error(65, {"vae/config.json: num_layers is ", ", expected an integer from 1 to 1000"},
                 [&] { c.get_int("num_layers", 5, 1, 1000); });
  }
  expect_error(65, {"num_layers is -3,"},
               [] { config("{\"num_layers\": -3}").require_int("num_layers", 1, 1000); });
  EXPECT_EQ(config("{\"n\": -9223372036854775808}").require_int("n", INT64_MIN, 0), INT64_MIN);
}

TEST(ModelConfig, OtherTypes) {
  const ModelConfig c =
      config(R"({"x": "1", "b": 1, "s": 2, "l": [1, 2.5], "m": [1, 99], "t": ["a", 1]})");
  expect_error(65, {"x is \"1\", expected a number from 0 to 0.5"},
               [&] { c.get_double("x", 0, 0, 0.5); });
  expect_error(65, {"b is 1, expected a number from 0 to 0.5"},
               [&] { c.get_double("b", 0, 0, 0.5); });
  expect_error(65, {"b is 1, expected true or false"}, [&] { c.get_bool("b", false); });
  expect_error(65, {"s is 2, expected text"}, [&] { c.get_string("s", ""); });
  expect_error(65, {"l is [1,2.5], expected a list of integers from 0 to 9"},
               [&] { c.get_int_list("l", {}, 0, 9); });
  expect_error(65, {"m is [1,99]"}, [&] { c.get_int_list("m", {}, 0, 9); });
  expect_error(65, {"t is [\"a\",1], expected a list of texts"},
               [&] { c.get_string_list("t", {}); });
  expect_error(65, {"b is 1, expected a JSON object"}, [&] { c.object("b"); });
  expect_error(65, {"s is 2, expected an even sum"}, [&] { c.fail("s", "an even sum"); });
}

TEST(ModelConfig, NestedKeysAreNamedInFull) {
  const ModelConfig c = config(R"({"a": {"b": {"factor": -1}}})");
  expect_error(65, {"vae/config.json: a.b.factor is -1, expected"},
               [&] { c.object("a").object("b").require_double("factor", 0, 1); });
}

TEST(ModelConfig, Documents) {
  expect_error(65, {"vae/config.json", "is [], expected a JSON object"}, [] { config("[]"); });
  expect_error(65, {"not valid JSON"}, [] { config(""); });
  expect_error(65, {"not valid JSON"}, [] { config("{\"a\": NaN}"); });
  expect_error(65, {"not valid JSON"}, [] { config("{} {}"); });
  expect_error(65, {"\"a\" appears twice"}, [] { config("{\"a\": 1, \"a\": 2}"); });
  expect_error(65, {"nested deeper than 64"},
               [] { config("{\"a\":" + std::string(1'000'000, '[')); });
  expect_error(65, {"not valid JSON"}, [] { config("{\"" + std::string(1'000'000, 'a')); });
}

TEST(ModelConfig, Files) {
  const ScratchFolder folder;
  folder.put("config.json", "{\"n\": 3, \"_class_name\": \"X\"}");
  EXPECT_EQ(ModelConfig::from_file(folder / "config.json").require_int("n", 0, 9), 3);
  expect_error(66, {"none.json", "No such file"},
               [&] { ModelConfig::from_file(folder / "none.json"); });
  expect_error(77, {"not a regular file"}, [&] { ModelConfig::from_file(folder.path()); });
  folder.put("config.json", "");
  expect_error(65, {"config.json", "not valid JSON"},
               [&] { ModelConfig::from_file(folder / "config.json"); });
  std::filesystem::resize_file(folder / "config.json", (64u << 20) + 1);
  expect_error(65, {"67108865 bytes"}, [&] { ModelConfig::from_file(folder / "config.json"); });
}

}  // namespace
}  // namespace flowreel
