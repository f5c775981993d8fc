// Small tokenizer directories, written for one test and removed after it.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace flowreel {

class ModelFiles {
 public:
  ModelFiles() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "flowreel-text-XXXXXX").string();
    EXPECT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
  }
  ~ModelFiles() { std::filesystem::remove_all(directory_); }
  ModelFiles(const ModelFiles&) = delete;
  ModelFiles& operator=(const ModelFiles&) = delete;

  ModelFiles& write(const std::string& name, const std::string& text) {
    std::ofstream(directory_ / name, std::ios::binary) << text;
    return *this;
  }
  std::string directory() const { return directory_.string(); }

 private:
  std::filesystem::path directory_;
};

// Laid out as Llama 3's: byte-level, ignore_merges, template with <bos>. "cab" is a token that no
// merge makes.
inline constexpr char kLlamaLike[] = R"json({
  "added_tokens": [
    {"id": 12, "content": "<bos>", "special": true, "normalized": false},
    {"id": 13, "content": "<eot>", "special": true, "normalized": false},
    {"id": 14, "content": "<pad>", "special": true, "normalized": false}],
  "normalizer": null,
  "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
    {"type": "Split", "pattern": {
     "Regex": "\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"},
     "behavior": "Isolated", "invert": false},
    {"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}]},
  "post_processor": {"type": "TemplateProcessing",
    "single": [{"SpecialToken": {"id": "<bos>", "type_id": 0}},
               {"Sequence": {"id": "A", "type_id": 0}}],
    "special_tokens": {"<bos>": {"id": "<bos>", "ids": [12], "tokens": ["<bos>"]}}},
  "model": {"type": "BPE", "ignore_merges": true,
    "vocab": {"a": 0, "b": 1, "c": 2, "Ġ": 3, "Ċ": 4, "ab": 5, "abc": 6, "ĊĊ": 7, "cab": 8,
              "ð": 9, "Ł": 10, "!": 11},
    "merges": [["a", "b"], ["ab", "c"], ["Ċ", "Ċ"]]}
})json";

}  // namespace flowreel
