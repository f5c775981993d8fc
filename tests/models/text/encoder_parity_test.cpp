// LlamaModel and CLIPTextModel against transformers.
#include "errors/error.h"
#include "models/text/clip.h"
#include "models/text/llama.h"
#include "tests/models/golden.h"

namespace flowreel {
namespace {

using TextEncoderParity = GoldenTest;

TEST_P(TextEncoderParity, LlamaHiddenState) {
  const auto llama = golden_.model().load_text_encoder({at::kFloat, at::kCPU});
  const at::Tensor ids = golden_.tensor("llama_layers", "input_ids");
  const std::string tapped =
      "hidden_states." + std::to_string(llama->config().num_hidden_layers - kTextLayersToSkip);
  EXPECT_CLOSE((*llama)(ids, ids.size(1)), golden_.tensor("llama_layers", tapped), kTextBound);
}

TEST_P(TextEncoderParity, LlamaPaddingIsWhatTheReferenceMakesOfIt) {
  const auto llama = golden_.model().load_text_encoder({at::kFloat, at::kCPU});
  const at::Tensor ids = golden_.tensor("text", "input_ids");
  const at::Tensor expected = golden_.tensor("text", "prompt_embeds");
  const int64_t valid = golden_.tensor("text", "attention_mask").sum().item<int64_t>();
  const int64_t crop = ids.size(1) - expected.size(1);
  EXPECT_CLOSE((*llama)(ids, valid).narrow(1, crop, expected.size(1)), expected, kTextBound);
  const at::Tensor trimmed = (*llama)(ids.narrow(1, 0, valid), valid).narrow(1, crop, valid - crop);
  EXPECT_CLOSE(trimmed, expected.narrow(1, 0, valid - crop), kTextBound);
}

TEST_P(TextEncoderParity, LlamaSkipsWhatIsNotNeeded) {
  const auto llama = golden_.model().build_text_encoder();
  const std::string last = std::to_string(llama->config().num_hidden_layers - 1);
  llama->visit([&last](const std::string& name, Parameter&) {
    EXPECT_NE(name.substr(0, 8 + last.size()), "layers." + last + ".") << name;
    EXPECT_NE(name, "norm.weight");
  });
}

TEST_P(TextEncoderParity, ClipPooled) {
  const auto clip = golden_.model().load_text_encoder_2({at::kFloat, at::kCPU});
  EXPECT_CLOSE(clip->pooled(golden_.tensor("clip_layers", "input_ids")),
               golden_.tensor("clip_layers", "pooled"), kPooledBound);
  EXPECT_CLOSE(clip->pooled(golden_.tensor("text", "clip_input_ids")),
               golden_.tensor("text", "pooled_prompt_embeds"), kPooledBound);
}

TEST_P(TextEncoderParity, TokensOutsideTheVocabularyAreAnError) {
  const auto llama = golden_.model().load_text_encoder({at::kFloat, at::kCPU});
  const at::Tensor ids = at::full({1, 3}, llama->config().vocab_size, at::kLong);
  EXPECT_THROW((*llama)(ids, 3), DataError);
}

INSTANTIATE_TEST_SUITE_P(Golden, TextEncoderParity, ::testing::ValuesIn(golden_names()),
                         golden_case_name);

}  // namespace
}  // namespace flowreel
