// Cases 20 to 26: texts that are no job, and those that only look as if they were none. What comes
// of the paths in a job is tests/pipeline/queue/roots_test.cpp's to test.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "configs/job.h"
#include "configs/job_list.h"
#include "errors/error.h"

namespace flowreel {
namespace {

const std::string kHead = R"({"schema_version": 1, "id": "a", "prompt": "p", )";

std::string repeated(const std::string& text, size_t times) {
  std::string all;
  for (size_t i = 0; i < times; ++i) all += text;
  return all;
}

// What a message must never have, whatever the text was.
void expect_fit_for_a_log(const std::string& message) {
  EXPECT_LT(message.size(), 1000u);
  EXPECT_EQ(message.find_first_of(std::string("\n\r\x1b\x7f\0", 5)), std::string::npos) << message;
  EXPECT_NO_THROW(nlohmann::json(message).dump()) << "it is not UTF-8: " << message;
}

// That the text is bad data, told in a line with `part` in it.
void expect_refused(const std::string& text, const std::string& part) {
  const std::string shown = text.substr(0, 200);
  try {
    parse_jobs(text, "job.json", {});
    ADD_FAILURE() << "accepted: " << shown;
  } catch (const DataError& error) {
    const std::string message = error.what();
    EXPECT_EQ(message.rfind("job.json", 0), 0u) << message;
    EXPECT_NE(message.find(part), std::string::npos) << message << " of " << shown;
    expect_fit_for_a_log(message);
  }
}

// With `members` behind what every job has.
void expect_bad(const std::string& members, const std::string& part) {
  expect_refused(kHead + members + "}", part);
}

Job accepted(const std::string& text) { return parse_jobs(text, "job.json", {}).at(0); }

// Case 20: nesting without end, of lists, of objects, and within a job.
TEST(BadJob, DepthWithoutEnd) {
  for (const size_t depth : {17ul, 100'000ul, 1'000'000ul}) {
    const std::string lists = std::string(depth, '[');
    expect_refused(lists, "nested deeper than 16 levels");
    expect_refused(lists + std::string(depth, ']'), "nested deeper than 16 levels");
    expect_refused(repeated("{\"a\":", depth) + "1" + std::string(depth, '}'), "nested deeper");
    expect_bad("\"width\": " + lists + std::string(depth, ']'), "nested deeper");
  }
  expect_bad("\"width\": " + std::string(14, '[') + std::string(14, ']'), "/width is [[[");
}

// Case 21: keys that come twice, that there are not, and in another case.
TEST(BadJob, Keys) {
  expect_bad(R"("sampling": {"steps": 1, "steps": 999})", "key \"steps\" appears twice");
  expect_bad(R"("seed": 1, "seed": 1)", "key \"seed\" appears twice");
  expect_bad(R"("\u0069d": "b")", "key \"id\" appears twice");
  expect_bad(R"("steps": 1)", "/steps is not a key");
  expect_bad(R"("Width": 16)", "did you mean \"width\"?");
  expect_bad(R"("sampling": {"Steps": 1})", "/sampling/Steps is not a key");
  expect_bad(R"("\u001b[2J\n": 1)", "is not a key");
  expect_bad(R"("": 1)", "is not a key");
  expect_bad("\"" + std::string(100'000, 'k') + "\": 1", "is not a key");
}

// Case 22: numbers that a careless reader would make fit, and what is no number.
TEST(BadJob, NumbersAreNeverNarrowed) {
  for (const char* key : {"width", "height", "num_frames"}) {
    for (const std::string value : {"4294967297", "-1", "1.9", "1e20", "18446744073709551615",
                                    "\"512\"", "true", "null", "9223372036854775808", "-0.5"}) {
      expect_bad("\"" + std::string(key) + "\": " + value, "/" + std::string(key) + " is ");
    }
  }
  for (const std::string value : {"4294967298", "1.9", "\"2\"", "true", "null"})
    expect_bad(R"("sampling": {"steps": )" + value + "}", "/sampling/steps is ");
}

// Case 23: more than any machine has, and nothing at all.
TEST(BadJob, SizesOutOfReason) {
  for (const std::string value : {"0", "-1", "10000000"})
    expect_bad(R"("sampling": {"steps": )" + value + "}",
               "expected a whole number from 1 to 10000");
  expect_bad(R"("num_frames": 1000000000)", "1 to 100000");
  expect_bad(R"("width": 1000000000)", "1 to 16384");
  for (const std::string value : {"0", "1e-9", "-24", "1e308"})
    expect_bad("\"fps\": " + value, "/fps is ");
  expect_bad("\"fps\": 1e400", "not valid JSON");
}

// Case 24: a seed is 64 bits, exactly, or it is refused.
TEST(BadJob, SeedsAreExact) {
  for (const auto& [text, seed] : std::initializer_list<std::pair<std::string, uint64_t>>{
           {"18446744073709551615", 18446744073709551615u},
           {"18446744073709551614", 18446744073709551614u},
           {"10000000000000000000", 10000000000000000000u},
           {"9007199254740993", 9007199254740993u},
           {"0", 0}}) {
    const Job job = accepted(kHead + "\"seed\": " + text + "}");
    EXPECT_EQ(job.options.sampling.seed, seed);
    EXPECT_EQ(nlohmann::json::parse(job.effective)["seed"].dump(), text);
  }
  for (const std::string seed :
       {"-1", "1e19", "18446744073709551616", "1.5", "9007199254740993.0", "\"7\"", "true", "null"})
    expect_bad("\"seed\": " + seed, "/seed is ");
}

// Case 25: text that is none.
TEST(BadJob, Prompts) {
  const std::string head = R"({"schema_version": 1, "id": "a", "prompt": )";
  for (const char* surrogate : {R"("\ud800")", R"("\udc00")", R"("\ud800x")", R"("\ud800\ud800")"})
    expect_refused(head + surrogate + "}", "not valid JSON");
  expect_refused(head + "\"a\xff\"}", "not valid JSON");
  expect_refused(head + "\"a\nb\"}", "not valid JSON");
  expect_refused(head + R"("a\u0000b"})", "/prompt");
  expect_refused(head + "\"" + std::string(10'000'000, 'x') + "\"}", "10000000");
  expect_refused(head + "[\"\x1b[31m\"]}", "not valid JSON");
  expect_refused(head + "[\"\\u001b[31m \\u009b2J \\u202e\"]}", "/prompt is [");
}

// Case 25: text that is unusual is taken to the byte.
TEST(BadJob, UnusualPromptsAreTakenAsTheyAre) {
  for (const std::string prompt :
       {"", " ", "\u202eright to left\u202c", "\u05d0\u05d1", "zero\u200bwidth\u200d\ufeff",
        "e\u0301 is not \u00e9", "\U0001F3AC", "%s %n {} \\ \"", "a\tb\nc\rd", "\x1b[2J"}) {
    const nlohmann::json job = {{"schema_version", 1}, {"id", "a"}, {"prompt", prompt}};
    for (const bool ascii : {false, true}) {
      const Job read = accepted(job.dump(-1, ' ', ascii));
      EXPECT_EQ(read.options.prompt, prompt);
      EXPECT_EQ(nlohmann::json::parse(read.effective)["prompt"], prompt);
    }
  }
}

// Case 26: what some writers of JSON do, and what is left of a file that was cut.
TEST(BadJob, TextsThatAreAlmostJson) {
  const std::string job = R"({"schema_version": 1, "id": "a", "prompt": "p"})";
  for (const std::string& text :
       {"\xEF\xBB\xBF" + job, job + "\n", "\r\n" + job + "\r\n", " \t" + job, "[" + job + "]"})
    EXPECT_EQ(accepted(text).id, "a");
  std::string crlf = R"({"schema_version": 1,)"
                     "\r\n"
                     R"("id": "a", "prompt": "p"})";
  EXPECT_EQ(accepted(crlf).id, "a");
  const std::string open = job.substr(0, job.size() - 1);
  for (const std::string& text :
       {open + ",}", open + ", // why\n\"seed\": 1}", open + ", /* why */ \"seed\": 1}",
        open + ", # why\n}", open + ", \"seed\": NaN}", open + ", \"fps\": Infinity}",
        open + ", \"seed\": 0x10}", open + ", \"seed\": 007}", open + ", 'seed': 7}", job + job,
        job + "\n" + job, job + " x", std::string(), std::string(" \n"),
        std::string("\xEF\xBB\xBF"), std::string(10, '\0'), job + std::string(1, '\0'),
        "\xFF\xFE" + job})
    expect_refused(text, "not valid JSON");
  for (size_t size = 1; size < job.size(); ++size) expect_refused(job.substr(0, size), "not valid");
  for (const char* text : {"null", "1", "\"a\"", "[1]", "[null]", "[[]]"})
    expect_refused(text, "expected an object");
  expect_refused("[]", "no job");
}

// Case 26: a line may be empty or end in CR LF; a document of several lines is none.
TEST(BadJob, Lines) {
  const std::string a = R"({"schema_version": 1, "id": "a", "prompt": "p"})",
                    b = R"({"schema_version": 1, "id": "b", "prompt": "p"})";
  EXPECT_EQ(parse_jobs("\xEF\xBB\xBF" + a + "\r\n\r\n" + b, "j.jsonl", {}).size(), 2u);
  for (const std::string& text : {a + " " + b, a + "\n" + b.substr(0, 9), std::string("{\n}"),
                                  std::string(), std::string("\n\n")})
    EXPECT_THROW(parse_jobs(text, "j.jsonl", {}), DataError) << text;
}

}  // namespace
}  // namespace flowreel
