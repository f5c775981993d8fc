#include "models/text/prompt_template.h"

#include <gtest/gtest.h>

#include "errors/error.h"

namespace flowreel {
namespace {

TEST(PromptTemplate, HunyuanVideo) {
  const PromptTemplate& prompt_template = hunyuan_video_prompt_template();
  EXPECT_EQ(prompt_template.crop_start, 95);
  EXPECT_EQ(prompt_template.text.size(), 512u);
  const std::string text = format_prompt(prompt_template, "A {cat} {}");
  EXPECT_TRUE(text.starts_with(
      "<|start_header_id|>system<|end_header_id|>\n\nDescribe the video by detailing"));
  EXPECT_TRUE(text.ends_with(
      "in the video:<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nA {cat} {}<|eot_id|>"));
}

TEST(PromptTemplate, FormatsAsPython) {
  EXPECT_EQ(format_prompt({"{}", 0}, ""), "");
  EXPECT_EQ(format_prompt({"{{{}}} {0} }}", 0}, "{{x"), "{{{x} {{x }");
  for (const char* broken : {"{", "}", "{name}", "{0", "a } b", "{1}"}) {
    EXPECT_THROW(format_prompt({broken, 0}, "x"), DataError) << broken;
  }
}

}  // namespace
}  // namespace flowreel
